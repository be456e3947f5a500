package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.wirelace.config.TlsSettings;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.TransportContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Autobahn suite, all its cases, against our handshake, frames and compression, in both roles:
 * what stands on top echoes. Runs where {@code tests/autobahn} has prepared the suite, and says so
 * where it did not.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class AutobahnTest {
  /** The suite, as a command that takes wstest's arguments. */
  private record Suite(Path command) {
    static Suite prepared() {
      String given = System.getProperty("wirelace.autobahn", "");
      assumeFalse(given.isEmpty(), "skipped: the Autobahn suite runs by tests/autobahn");
      return new Suite(Path.of(given));
    }

    /** All, or those that were asked for. */
    String cases() {
      String asked = System.getProperty("wirelace.autobahn.cases", "*");
      return "\"" + asked.replace(",", "\",\"") + "\"";
    }

    /** Fewer would mean that it did not run to its end. */
    int least() {
      String[] asked = System.getProperty("wirelace.autobahn.cases", "*").split(",", -1);
      return asked[0].equals("*") ? CASES : asked.length;
    }

    Process start(String mode, Path folder) throws IOException {
      return new ProcessBuilder(command.toString(), "-m", mode, "-s", "spec.json")
          .directory(folder.toFile())
          .redirectErrorStream(true)
          .redirectOutput(folder.resolve(mode + ".log").toFile())
          .start();
    }
  }

  private static final String OPTIONS =
      "deflate=true&max-message=64MiB&max-fragments=1000000&max-pings=10000";
  private static final String AGENT = "wirelace";

  /** In the suite's index: a case, its behaviour, and among others its behaviour when closing. */
  private static final Pattern VERDICT =
      Pattern.compile(
          "\"(\\d+(?:\\.\\d+)+)\": \\{\\s*\"behavior\": \"([A-Z -]+)\",\\s*"
              + "\"behaviorClose\": \"([A-Z -]+)\"");

  /** The oldest suite has so many. */
  private static final int CASES = 301;

  @TempDir Path folder;

  private final EventLoops loops = new EventLoops(IoBackend.AUTO, 1, "autobahn");
  private final TransportContext context =
      new TransportContext(
          loops,
          (channel, link) -> channel.pipeline().addLast(new EchoEnd()),
          TlsSettings.DEFAULT,
          event -> {});

  @AfterEach
  void stopLoops() {
    loops.close();
  }

  @Test
  void everyCaseOfTheFuzzingClientPasses() throws Exception {
    Suite suite = Suite.prepared();
    Endpoint endpoint = Endpoint.parse("ws://127.0.0.1:0/lace?" + OPTIONS);
    ServerHandshake.Listener listener =
        new ServerHandshake.Listener(
            WebSocketOptions.of(endpoint),
            context,
            false,
            (json, limits) -> new EchoMessages(null));
    Channel server =
        ByteStreams.bind(
                endpoint,
                false,
                context,
                (channel, link) -> channel.pipeline().addLast(new ServerHandshake(listener, link)))
            .sync()
            .channel();
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    Files.writeString(
        folder.resolve("spec.json"),
        """
        {"outdir": "reports", "servers": [{"agent": "%s", "url": "ws://127.0.0.1:%d/lace"}],
         "cases": [%s], "exclude-cases": [], "exclude-agent-cases": {}}
        """
            .formatted(AGENT, port, suite.cases()));
    Process fuzzer = suite.start("fuzzingclient", folder);
    assertThat(fuzzer.waitFor()).isZero();
    server.close().sync();
    judge(suite, "server");
  }

  @Test
  void everyCaseOfTheFuzzingServerPasses() throws Exception {
    Suite suite = Suite.prepared();
    int port = freePort();
    Files.writeString(
        folder.resolve("spec.json"),
        """
        {"outdir": "reports", "url": "ws://127.0.0.1:%d", "webport": 0, "cases": [%s],
         "exclude-cases": [], "exclude-agent-cases": {}}
        """
            .formatted(port, suite.cases()));
    Process fuzzer = suite.start("fuzzingserver", folder);
    try {
      int cases = Integer.parseInt(askOnceThere(port, "/getCaseCount"));
      assertThat(cases).isGreaterThanOrEqualTo(suite.least());
      for (int number = 1; number <= cases; number++) {
        connect(port, "/runCase?case=" + number + "&agent=" + AGENT);
      }
      connect(port, "/updateReports?agent=" + AGENT);
    } finally {
      fuzzer.destroy();
      fuzzer.waitFor();
    }
    judge(suite, "client");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** The first message of a connection to a server that takes some seconds to come up. */
  private String askOnceThere(int port, String target) throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> open(port, target, new EchoMessages(answer)).isSuccess());
    return answer.get(1, TimeUnit.MINUTES);
  }

  /** Echoes on one connection until the fuzzing server has closed it. */
  private void connect(int port, String target) throws Exception {
    ChannelFuture opened = open(port, target, new EchoMessages(null));
    assertThat(opened.isSuccess()).as("%s: %s", target, opened.cause()).isTrue();
    assertThat(opened.channel().closeFuture().await(2, TimeUnit.MINUTES)).as(target).isTrue();
  }

  private ChannelFuture open(int port, String target, EchoMessages messages) throws Exception {
    Endpoint endpoint =
        new Endpoint(
            "ws", "127.0.0.1", port, target, Endpoint.parse("ws://x?" + OPTIONS).options());
    return new WebSocketTransport().connect(endpoint, context, (json, limits) -> messages).await();
  }

  /** Reads the suite's own verdicts. */
  private void judge(Suite suite, String role) throws IOException {
    String index = Files.readString(folder.resolve("reports/index.json"));
    Map<String, List<String>> byVerdict = new TreeMap<>();
    Map<String, List<String>> byClosing = new TreeMap<>();
    int found = 0;
    Matcher matcher = VERDICT.matcher(index);
    while (matcher.find()) {
      found++;
      byVerdict.computeIfAbsent(matcher.group(2), v -> new ArrayList<>()).add(matcher.group(1));
      byClosing.computeIfAbsent(matcher.group(3), v -> new ArrayList<>()).add(matcher.group(1));
    }
    byVerdict.forEach((verdict, cases) ->
        System.out.println(
            "Autobahn, our "
                + role
                + ": "
                + cases.size()
                + " "
                + verdict
                + (verdict.equals("OK") ? "" : " " + cases)));
    assertThat(byVerdict.keySet()).isSubsetOf("OK", "NON-STRICT", "INFORMATIONAL");
    assertThat(byClosing.keySet()).isSubsetOf("OK", "INFORMATIONAL");
    assertThat(found).isGreaterThanOrEqualTo(suite.least());
  }
}
