package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/**
 * {@code lace warm-up}: does once what serving and calling need, and ends. The start script records
 * the classes that this loads, so that later starts find them ready.
 */
@Command(name = "warm-up", hidden = true, description = "Train the start-up archive.")
final class WarmUpCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MESSAGES = 5000;
  private static final int AT_ONCE = 100;

  private final Terminal terminal;

  WarmUpCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    Logger log = LoggerFactory.getLogger("lace");
    ServeSettings settings =
        new SettingsReader(Map.of(), log::warn).read(null, List.of(), List.of());
    ServerBuilder builder =
        Wirelace.server()
            .listen("tcp://127.0.0.1:0")
            .serverSettings(settings.server())
            .sessionSettings(settings.session())
            .tls(settings.tls())
            .on(new EventLog(log))
            .defaultRoute((session, message) -> message.body());
    new DemoRoutes().addTo(builder);
    try (Server server = builder.start()) {
      try (Client client = Wirelace.connect(server.uri())) {
        callAll(client);
      }
      commands(server.uri());
    }
    terminal.out().println("warm");
    return ExitCode.OK.status();
  }

  private static void callAll(Client client) throws Exception {
    for (String route : List.of("", "echo", "echo.inline", "time", "sleep", "sink.count")) {
      client.request(route, "1".getBytes(UTF_8), TIMEOUT);
    }
    client.request("flood", "100 64".getBytes(UTF_8), TIMEOUT);
    client.tryRequest("fail", new byte[0], TIMEOUT);
    client.tryRequest("no.such.route", new byte[0], TIMEOUT);
    byte[] body = new byte[64];
    for (int i = 0; i < MESSAGES; i++) {
      client.send("sink", body);
      client.send("sink.inline", body);
    }
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      answers.add(client.requestAsync("echo", body));
    }
    CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
  }

  /** The commands that are there at once, with nobody listening. */
  private static void commands(String uri) {
    for (String[] line :
        List.of(
            new String[] {"version"},
            new String[] {"version", "--json", "--verbose"},
            new String[] {"error"},
            new String[] {"error", "-645"},
            new String[] {"error", "645", "--json"},
            new String[] {"--help"},
            new String[] {"serve", "--help"},
            new String[] {"request", "-e", uri, "echo", "hi"},
            new String[] {"request", "-e", uri, "--json", "no.such.route"},
            new String[] {"send", "-e", uri, "sink", "--count", "10", "--size", "64"})) {
      Lace.run(
          Terminal.of(
              InputStream.nullInputStream(),
              OutputStream.nullOutputStream(),
              OutputStream.nullOutputStream()),
          line);
    }
  }
}
