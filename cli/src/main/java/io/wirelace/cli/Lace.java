package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.error.WirelaceException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: knows its subcommands, and turns what goes wrong into words and an exit code. */
@Command(
    name = "lace",
    description = "Serves, calls and measures Wirelace endpoints.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Data goes to standard output, everything else to standard error. --json prints one object a"
          + " line.",
      "Exit codes: 0 ok, 1 failed, 2 usage, 3 configuration, 4 not connected, 5 timeout, 6"
          + " refused,",
      "7 the server answered an error, 130 interrupted. What a number means: lace error NUMBER."
    })
final class Lace implements Runnable {
  private static final Map<String, Function<Terminal, Callable<Integer>>> COMMANDS =
      new TreeMap<>(
          Map.of(
              "bench", BenchCommand::new,
              "cert", CertCommand::new,
              "completion", CompletionCommand::new,
              "demo", DemoCommand::new,
              "error", ErrorCommand::new,
              "request", RequestCommand::new,
              "send", SendCommand::new,
              "serve", ServeCommand::new,
              "version", VersionCommand::new,
              "warm-up", WarmUpCommand::new));

  @Spec private CommandSpec spec;

  @Option(names = "--version", description = "Print the version.")
  private boolean version;

  private final Terminal terminal;

  private Lace(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The help of every command. */
  static final class HelpOption {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help.")
    private boolean help;

    /** Whether it was asked for; picocli shows the help itself. */
    boolean isHelp() {
      return help;
    }
  }

  /** Runs a command line; returns what to exit with. */
  static int run(Terminal terminal, String... args) {
    if (List.of(args).equals(List.of("version"))) {
      // Without the parser, whose classes are so old that no archive of the JVM takes them.
      return new VersionCommand(terminal).call();
    }
    String first = args.length == 0 ? "" : args[0];
    int status = commandLine(terminal, COMMANDS.containsKey(first) ? first : null).execute(args);
    terminal.flush();
    return status;
  }

  /**
   * The parser.
   *
   * @param only the one command to make, because the others cost time to start; null makes all
   */
  static CommandLine commandLine(Terminal terminal, @Nullable String only) {
    CommandLine lace = new CommandLine(new Lace(terminal));
    addHelp(lace);
    COMMANDS.forEach((name, constructor) -> {
      if (only == null || only.equals(name)) {
        CommandLine command = new CommandLine(constructor.apply(terminal));
        addHelp(command);
        lace.addSubcommand(name, command);
      }
    });
    if (only == null) {
      lace.addSubcommand("help", new CommandLine.HelpCommand());
    }
    lace.setExpandAtFiles(false); // @FILE is a body
    lace.registerConverter(Duration.class, Conversions::duration);
    lace.setOut(new PrintWriter(new OutputStreamWriter(terminal.out(), UTF_8), true));
    lace.setErr(new PrintWriter(new OutputStreamWriter(terminal.err(), UTF_8), true));
    lace.setUsageHelpWidth(100);
    lace.setExecutionExceptionHandler(
        (thrown, command, parsed) -> failed(terminal, thrown).status());
    lace.setParameterExceptionHandler(misunderstood(terminal));
    CommandLine error = lace.getSubcommands().get("error");
    if (error != null) {
      error.setUnmatchedOptionsArePositionalParams(true); // -645
    }
    return lace;
  }

  private static void addHelp(CommandLine command) {
    command.getCommandSpec().addMixin("help", CommandSpec.forAnnotatedObject(new HelpOption()));
  }

  private static IParameterExceptionHandler misunderstood(Terminal terminal) {
    return (ParameterException e, String[] args) -> {
      CommandLine command = e.getCommandLine();
      terminal.err().println("lace: " + e.getMessage());
      UnmatchedArgumentException.printSuggestions(e, command.getErr());
      terminal.err().println("try: " + command.getCommandSpec().qualifiedName() + " --help");
      return ExitCode.USAGE.status();
    };
  }

  /**
   * All is printed: what to exit with, which is not 0 if some of it could not be written.
   *
   * @param status what it would be otherwise
   */
  static int finish(Terminal terminal, int status) {
    String lost = terminal.out().lost();
    if (lost != null) {
      terminal.err().println("lace: standard output: " + lost + " (some of it is lost)");
    }
    terminal.flush();
    return lost != null && status == ExitCode.OK.status() ? ExitCode.FAILED.status() : status;
  }

  /** Tells the person what went wrong. */
  static ExitCode failed(Terminal terminal, Throwable thrown) {
    terminal.out().flush();
    return switch (thrown) {
      case CommandFailed gaveUp -> {
        terminal.err().println("lace: " + gaveUp.getMessage());
        yield gaveUp.exitCode();
      }
      case WirelaceException ours -> {
        terminal.err().println("lace: " + FaultText.of(ours.fault()));
        yield ExitCode.of(ours.fault());
      }
      case InterruptedException interrupted -> {
        terminal.err().println("lace: interrupted");
        yield ExitCode.INTERRUPTED;
      }
      default -> {
        terminal.err().println("lace: a defect of lace itself, please report it with this:");
        terminal.err().print(StackText.of(thrown));
        yield ExitCode.FAILED;
      }
    };
  }

  @Override
  public void run() {
    if (!version) {
      throw new ParameterException(
          spec.commandLine(), "no command (expected one of " + visibleCommands() + ")");
    }
    new VersionCommand(terminal).call();
  }

  private String visibleCommands() {
    return String.join(
        ", ",
        spec.subcommands().entrySet().stream()
            .filter(entry -> !entry.getValue().getCommandSpec().usageMessage().hidden())
            .map(Map.Entry::getKey)
            .toList());
  }
}
