package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A web server on loopback with the test page and the built client, and the headless Chromium that
 * opens it. The page posts its result to {@code /result}, and may have {@code lace serve} killed
 * and started again.
 */
final class BrowserPage implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 120;

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final BlockingQueue<String> results = new LinkedBlockingQueue<>();
  private final Path scripts;

  // Guarded by this.
  private @Nullable LaceProcess lace;
  private String laceUri;

  private BrowserPage(HttpServer server, Path scripts) {
    this.server = server;
    this.scripts = scripts;
    laceUri = "ws://127.0.0.1:0/lace";
  }

  /** Serves the page and the scripts; skips the test, saying so, where there is no Chromium. */
  static BrowserPage serve(Path scripts) throws IOException {
    ForeignPeer.assumeInstalled("chromium");
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    BrowserPage page = new BrowserPage(HttpServer.create(any, 0), scripts);
    page.server.setExecutor(page.executor);
    page.server.createContext("/", page::answer);
    page.server.start();
    return page;
  }

  String origin() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Starts the program, which lets pages of this origin in; again at the same address. */
  synchronized void startLace() throws Exception {
    LaceProcess started =
        LaceProcess.start("serve", "--demo", "--listen", laceUri + "?origins=" + origin());
    lace = started;
    laceUri = started.uri();
  }

  synchronized String laceUri() {
    return laceUri;
  }

  private synchronized void killLace() throws InterruptedException {
    LaceProcess running = Objects.requireNonNull(lace);
    running.kill();
    running.awaitExit();
  }

  /** Opens the page in a browser of its own, and returns the page's result. */
  String open(Map<String, String> query) throws Exception {
    String asked =
        query.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), UTF_8))
            .collect(Collectors.joining("&"));
    Path profile = Files.createTempDirectory("wirelace-chromium");
    Path log = profile.resolve("log.txt");
    Process chromium =
        new ProcessBuilder(
                "chromium",
                "--headless",
                "--no-sandbox", // it opens nothing but our own page, and builds often run as root
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--user-data-dir=" + profile,
                "--remote-debugging-port=0", // keeps it alive
                origin() + "/?" + asked)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      String result = results.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
      assertThat(result).as(() -> "no result; Chromium wrote: " + read(log)).isNotNull();
      return Objects.requireNonNull(result);
    } finally {
      end(chromium);
      delete(profile);
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void end(Process chromium) throws InterruptedException {
    Stream<ProcessHandle> helpers = chromium.descendants();
    chromium.destroyForcibly();
    helpers.forEach(ProcessHandle::destroyForcibly);
    chromium.waitFor();
  }

  /** Its helpers may still write while they die: what is left then, the machine tidies up. */
  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (java.io.UncheckedIOException e) {
      System.out.println("left behind: " + folder);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      switch (path) {
        case "/" -> {
          try (InputStream page = BrowserPage.class.getResourceAsStream("/browser/page.html")) {
            reply(exchange, 200, "text/html", Objects.requireNonNull(page).readAllBytes());
          }
        }
        case "/result" -> {
          results.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          reply(exchange, 200, "text/plain", new byte[0]);
        }
        case "/kill", "/start" -> {
          switchLace(path);
          reply(exchange, 200, "text/plain", new byte[0]);
        }
        default -> script(exchange, path);
      }
    }
  }

  private void switchLace(String path) throws IOException {
    try {
      if (path.equals("/kill")) {
        killLace();
      } else {
        startLace();
      }
    } catch (Exception e) {
      throw new IOException(path, e);
    }
  }

  private void script(HttpExchange exchange, String path) throws IOException {
    Path file = scripts.resolveSibling(path.substring(1)).normalize();
    if (path.endsWith(".js") && file.startsWith(scripts) && Files.exists(file)) {
      reply(exchange, 200, "text/javascript", Files.readAllBytes(file));
    } else {
      reply(exchange, 404, "text/plain", path.getBytes(UTF_8));
    }
  }

  private static void reply(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    executor.close();
    synchronized (this) {
      if (lace != null) {
        lace.close();
      }
    }
  }
}
