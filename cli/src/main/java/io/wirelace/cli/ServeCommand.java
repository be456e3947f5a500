package io.wirelace.cli;

import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.metrics.Event;
import io.wirelace.transport.IoBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lace serve}: a server until SIGTERM or Ctrl-C. */
@Command(
    name = "serve",
    description = {
      "Serve until told to stop.",
      "",
      "Prints 'listening URI' for each endpoint, with its real port, and 'ready' when connections"
          + " are taken. Messages without a route are answered with their own body; there are no"
          + " other routes without --demo. SIGTERM and Ctrl-C end it in order: nothing new is"
          + " taken, what was taken is finished, and the exit code is 0. A second one, half a"
          + " second later or more, ends it at once: what still waits is answered -663.",
      ""
    },
    footer = {
      "",
      "A setting comes from --set, else from its environment variable (LACE_MAX_IN_FLIGHT for",
      "max-in-flight, LACE_LISTEN for --listen), else from the file, else it has its default. A"
          + " file:",
      "  listen = [\"tcp://127.0.0.1:7420\"]",
      "  [server]",
      "  drain-timeout = \"10s\"",
      "  [session]",
      "  max-frame-bytes = \"64KiB\""
    })
final class ServeCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--listen",
      paramLabel = "URI",
      description =
          "Listen there; may be given several times. Port 0 takes any free one (default: "
              + Target.DEFAULT
              + ", which only this machine reaches).")
  private List<String> listen = new ArrayList<>();

  @Option(names = "--config", paramLabel = "FILE", description = "A TOML file with settings.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "One setting, such as max-in-flight=64; may be given several times.")
  private List<String> sets = new ArrayList<>();

  @Option(names = "--demo", description = DemoRoutes.HELP)
  private boolean demo;

  @Option(names = "--json", description = "Print one JSON object a line.")
  private boolean json;

  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Logger log = LoggerFactory.getLogger("lace");
    ServeSettings settings =
        new SettingsReader(System.getenv(), log::warn).read(config, sets, listen);
    ServerBuilder builder =
        Wirelace.server()
            .listen(settings.listen().toArray(String[]::new))
            .serverSettings(settings.server())
            .sessionSettings(settings.session())
            .tls(settings.tls())
            .on(new EventLog(log))
            .on(ServeCommand::endWithoutMemory)
            .defaultRoute((session, message) -> message.body());
    if (demo) {
      new DemoRoutes().addTo(builder);
    }
    Server server = builder.start();
    sayWhatIsNotNative(log);
    endBySignal(server, log);
    announce(server);
    server.awaitShutdown();
    return ExitCode.OK.status();
  }

  /**
   * A process that had no memory is not to be trusted, and whoever started it starts it again. The
   * launcher has the JVM itself see to that; this is for those who start the jar.
   */
  private static void endWithoutMemory(Event event) {
    boolean shortOfMemory =
        switch (event) {
          case Event.LoopFailed loop -> loop.cause() instanceof OutOfMemoryError;
          case Event.HandlerFailed handler -> isShortOfMemory(handler.failure());
          case Event.SessionFailed session -> isShortOfMemory(session.cause());
          default -> false;
        };
    if (shortOfMemory) {
      Runtime.getRuntime().halt(ExitCode.FAILED.status());
    }
  }

  private void endBySignal(Server server, Logger log) {
    // For what is no signal, and where signals cannot be taken from the JVM.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(server), "lace-stop"));
    Runnable hurry =
        () -> {
          log.warn("told to stop once more: ending at once");
          server.closeNow();
        };
    new StopSignals(() -> finish(server), hurry, System::nanoTime).listen();
  }

  /**
   * Whether the JVM's own memory was short. Not a kind of that error: where a buffer was refused
   * because all of them together would be too much, only who asked for it has suffered.
   */
  private static boolean isShortOfMemory(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 8; depth++) { // others wrap it
      if (cause.getClass().equals(OutOfMemoryError.class)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /** A JVM that a signal ends exits with the signal's number, whatever hooks did: hence halt. */
  private void finish(Server server) {
    server.close();
    terminal.flush();
    Runtime.getRuntime().halt(ExitCode.OK.status());
  }

  /** The system's own way of watching sockets is slower: says why it was taken. */
  private static void sayWhatIsNotNative(Logger log) {
    if (IoBackend.AUTO.resolve() == IoBackend.NIO) {
      log.info("io epoll {}", VersionCommand.describe(IoBackend.EPOLL));
      log.info("io kqueue {}", VersionCommand.describe(IoBackend.KQUEUE));
    }
  }

  private void announce(Server server) {
    for (int i = 0; i < server.uris().size(); i++) {
      String uri = server.uris().get(i);
      terminal
          .out()
          .println(
              json
                  ? new JsonLine()
                      .put("event", "listening")
                      .put("uri", uri)
                      .put("io", server.io().get(i))
                      .toString()
                  : "listening " + uri);
    }
    terminal.out().println(json ? new JsonLine().put("event", "ready").toString() : "ready");
    terminal.out().flush();
  }
}
