package io.wirelace.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lace bench}: how much, and how fast. */
@Command(
    name = "bench",
    description = {
      "Measure throughput and latency.",
      "",
      "Without -e it measures against a server of its own, in a second process on this machine. A"
          + " server given with -e must run with --demo, and serve nobody else meanwhile.",
      ""
    })
final class BenchCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = {"-e", "--endpoint"},
      paramLabel = "URI",
      description = "The server to measure (default: one of its own).")
  private @Nullable String uri;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "oneway (notifications, counted by the receiver; the times are those in send), request"
              + " (the times are those to the answer), or connect (connect, one request, close)"
              + " (default: request; with --over oneway and request).")
  private @Nullable String mode;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      defaultValue = "64",
      converter = Conversions.Size.class,
      description = "Bytes of a body (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "32",
      description = "Requests in flight on each connection (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "1",
      description = "Connections (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How long to measure (default: ${DEFAULT-VALUE}).")
  private Duration time;

  @Option(
      names = "--warmup",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "How long to run before that; 0 for not at all (default: ${DEFAULT-VALUE}).")
  private Duration warmup;

  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = "0",
      description =
          "Messages a second over all connections; times then count from when a message should"
              + " have been sent (default: as many as possible).")
  private double rate;

  @Option(names = "--inline", description = "Let the server handle them on its event loop.")
  private boolean inline;

  @Option(
      names = "--over",
      paramLabel = "LIST",
      description =
          "Several transports side by side, such as tcp,tls,unix,ws,wss,quic,udp: one server of its"
              + " own that listens on all of them.")
  private @Nullable String over;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      defaultValue = "lace-bench.html",
      description =
          "Where --over writes its latency curves; opens without network (default:"
              + " ${DEFAULT-VALUE}).")
  private Path html;

  @Option(names = "--json", description = "Print one JSON object, with --over one a line.")
  private boolean json;

  BenchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    check("--depth", depth, 1 << 16);
    check("--connections", connections, 1 << 16);
    String asked = mode;
    LoadPlan.Mode wanted = asked == null ? LoadPlan.Mode.REQUEST : mode(asked);
    if (time.isZero()) {
      throw new CommandFailed(ExitCode.USAGE, "--time 0 (expected more than 0)");
    }
    if (!(rate >= 0 && rate <= 1e9)) {
      throw new CommandFailed(ExitCode.USAGE, "--rate " + rate + " (expected 0 to 1000000000)");
    }
    String list = over;
    String given = uri;
    if (list != null) {
      if (given != null) {
        throw new CommandFailed(ExitCode.USAGE, "--over starts its own server (expected no -e)");
      }
      LoadPlan plan = plan(wanted, Target.DEFAULT);
      List<LoadPlan> kinds = asked == null ? SideBySide.usual(plan) : List.of(plan);
      boolean clean = new SideBySide(terminal, kinds, html, json).run(SideBySide.names(list));
      return (clean ? ExitCode.OK : ExitCode.FAILED).status();
    }
    if (given != null) {
      return run(plan(wanted, given));
    }
    try (BenchServer server = BenchServer.start()) {
      return run(plan(wanted, server.uris().getFirst()));
    }
  }

  private static LoadPlan.Mode mode(String asked) {
    try {
      return LoadPlan.Mode.valueOf(asked.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(
          ExitCode.USAGE, "--mode " + asked + " (expected oneway, request or connect)");
    }
  }

  private static void check(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new CommandFailed(
          ExitCode.USAGE, option + " " + value + " (expected 1 to " + most + ")");
    }
  }

  private LoadPlan plan(LoadPlan.Mode wanted, String target) {
    return new LoadPlan(wanted, target, size, depth, connections, warmup, time, rate, inline);
  }

  private int run(LoadPlan plan) throws InterruptedException {
    LoadResult result;
    try (Progress progress = new Progress(terminal, "measuring")) {
      result = plan.load().run(progress);
    }
    terminal.out().println(json ? result.asJson().toString() : result.asText());
    return (result.isClean() ? ExitCode.OK : ExitCode.FAILED).status();
  }
}
