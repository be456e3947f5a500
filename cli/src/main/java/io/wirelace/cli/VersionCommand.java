package io.wirelace.cli;

import io.wirelace.error.NativeLibraries;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.VirtualThreads;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lace version}: quick, and therefore without a look at the network unless asked. */
@Command(name = "version", description = "Print the version of lace and of Java.")
final class VersionCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--verbose",
      description = "Also say what works here: I/O mechanisms, handlers on loops.")
  private boolean verbose;

  VersionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The version of the jar. */
  static String version() {
    return Objects.requireNonNullElse(
        Main.class.getPackage().getImplementationVersion(), "(not from a jar)");
  }

  @Override
  public Integer call() {
    String java = System.getProperty("java.version", "?");
    String system = System.getProperty("os.name", "?") + " " + System.getProperty("os.arch", "?");
    if (json) {
      JsonLine line =
          new JsonLine().put("version", version()).put("java", java).put("system", system);
      if (verbose) {
        JsonLine io = new JsonLine();
        for (IoBackend backend : IoBackend.values()) {
          if (backend != IoBackend.AUTO) {
            io.put(backend.label(), backend.whyNot() == null);
          }
        }
        line.put("auto", IoBackend.AUTO.resolve().label())
            .put("io", io)
            .put("handlersOnLoops", VirtualThreads.whyNotCarried().isEmpty());
      }
      terminal.out().println(line);
      return ExitCode.OK.status();
    }
    terminal.out().println("lace " + version() + ", Java " + java + ", " + system);
    if (verbose) {
      for (IoBackend backend : IoBackend.values()) {
        terminal.out().println("io " + backend.label() + ": " + describe(backend));
      }
      terminal.out().println("handlers on event loops: " + describeHandlers());
    }
    return ExitCode.OK.status();
  }

  /** Whether event loops can carry the virtual threads of handlers here, or why not. */
  static String describeHandlers() {
    return VirtualThreads.whyNotCarried()
        .map(why -> "not here: " + why)
        .orElse("by handler-carrier");
  }

  /** Whether a mechanism works here, or why not. */
  static String describe(IoBackend backend) {
    if (backend == IoBackend.AUTO) {
      return "takes " + backend.resolve().label();
    }
    Throwable why = backend.whyNot();
    if (why == null) {
      return "works";
    }
    return "does not work here: " + NativeLibraries.whyNot(why);
  }
}
