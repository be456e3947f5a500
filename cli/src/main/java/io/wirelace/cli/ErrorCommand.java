package io.wirelace.cli;

import io.wirelace.error.ErrorCode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lace error}: the registry of error codes, for people. */
@Command(
    name = "error",
    description = "Explain an error code, or list all of them.",
    footer = {"", "Examples: lace error -645, lace error 645, lace error no_route"})
final class ErrorCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      arity = "0..1",
      paramLabel = "CODE",
      description = "Its number, with or without the sign, or its name.")
  private @Nullable String given;

  @Option(names = "--json", description = "Print one JSON object a code.")
  private boolean json;

  ErrorCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    String wanted = given;
    if (wanted == null) {
      for (ErrorCode code : ErrorCode.values()) {
        terminal.out().println(json ? asJson(code) : row(code));
      }
      return ExitCode.OK.status();
    }
    ErrorCode code = find(wanted).orElseThrow(() -> unknown(wanted));
    terminal.out().println(json ? asJson(code) : explained(code));
    return ExitCode.OK.status();
  }

  private static Optional<ErrorCode> find(String text) {
    Integer number = number(text);
    if (number != null) {
      return ErrorCode.of(number);
    }
    String label = text.toLowerCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(ErrorCode.values()).filter(c -> c.label().equals(label)).findFirst();
  }

  private static @Nullable Integer number(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static CommandFailed unknown(String text) {
    Integer number = number(text);
    String hint;
    if (number == null) {
      List<String> labels = Arrays.stream(ErrorCode.values()).map(ErrorCode::label).toList();
      hint = Nearest.hint(text.toLowerCase(Locale.ROOT).replace('-', '_'), labels);
    } else {
      long wanted = -Math.abs((long) number);
      hint =
          Arrays.stream(ErrorCode.values())
              .min(Comparator.comparingLong(code -> Math.abs(code.number() - wanted)))
              .map(code -> " (the nearest is " + code.number() + " " + code.label() + ")")
              .orElse("");
    }
    return new CommandFailed(
        ExitCode.USAGE, "no error code " + text + hint + "; lace error lists all");
  }

  private static String row(ErrorCode code) {
    return String.format(
        Locale.ROOT,
        "%5d  %-24s %-6s %s",
        code.number(),
        code.label(),
        code.retryable() ? "retry" : "",
        code.meaning());
  }

  private static String explained(ErrorCode code) {
    return String.join(
        System.lineSeparator(),
        code.number() + " " + code.label(),
        "  meaning       " + code.meaning(),
        "  likely cause  " + code.likelyCause(),
        "  what to do    " + code.remedy(),
        "  retry         " + (code.retryable() ? "yes, the same call may succeed later" : "no"),
        "  lace exits    " + ExitCode.of(code).status());
  }

  private static String asJson(ErrorCode code) {
    return new JsonLine()
        .put("code", code.number())
        .put("name", code.label())
        .put("meaning", code.meaning())
        .put("likely_cause", code.likelyCause())
        .put("what_to_do", code.remedy())
        .put("retryable", code.retryable())
        .put("exit", ExitCode.of(code).status())
        .toString();
  }
}
