package io.wirelace.cli;

import io.wirelace.config.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The same load over several transports, one after the other against one server process, and the
 * page that shows it. The transports take turns within each kind of load, so that what else the
 * machine does hits all of them.
 */
final class SideBySide {
  private final Terminal terminal;
  private final List<LoadPlan> kinds;
  private final Path page;
  private final boolean json;

  /**
   * For these kinds of load.
   *
   * @param kinds what to do over each transport; their URIs do not count
   * @param page the HTML file to write
   */
  SideBySide(Terminal terminal, List<LoadPlan> kinds, Path page, boolean json) {
    this.terminal = terminal;
    this.kinds = kinds;
    this.page = page;
    this.json = json;
  }

  /** The names in a list with commas, each checked. */
  static List<String> names(String list) {
    List<String> names = List.of(list.split(",", -1));
    for (String name : names) {
      if (!Carrier.NAMES.contains(name)) {
        throw new CommandFailed(
            ExitCode.USAGE,
            "--over " + name + " (expected some of " + String.join(",", Carrier.NAMES) + ")");
      }
    }
    return names.stream().distinct().toList();
  }

  /** Runs all; whether nothing failed and nothing was lost that must not be. */
  boolean run(List<String> names) throws InterruptedException {
    List<LatencyPage.Chart> charts = new ArrayList<>();
    boolean clean = true;
    try (Carrier.Set carriers = new Carrier.Set(names);
        BenchServer server =
            BenchServer.start(carriers.all().stream().map(Carrier::listen).toList());
        Progress progress = new Progress(terminal, "measuring")) {
      for (LoadPlan kind : kinds) {
        List<LoadResult> results = new ArrayList<>();
        for (int i = 0; i < carriers.all().size(); i++) {
          Carrier carrier = carriers.all().get(i);
          LoadPlan plan = kind.over(carrier.connect(server.uris().get(i)));
          LoadResult result = plan.load().run(progress);
          clean &= result.isClean() || (Carrier.mayLose(carrier.name()) && result.messages() > 0);
          results.add(result);
        }
        print(kind, results);
        charts.add(new LatencyPage.Chart(title(kind), results));
      }
    }
    write(LatencyPage.of(machine(), charts));
    return clean;
  }

  private void print(LoadPlan kind, List<LoadResult> results) {
    if (json) {
      results.forEach(result -> terminal.out().println(result.asJson()));
      return;
    }
    terminal.out().println(title(kind));
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "  %-6s %14s %10s %10s %10s %10s %8s%n",
            "",
            "messages/s",
            "MB/s",
            "p50 us",
            "p99 us",
            "max us",
            "lost");
    for (LoadResult one : results) {
      terminal
          .out()
          .printf(
              Locale.ROOT,
              "  %-6s %,14.0f %,10.1f %,10.1f %,10.1f %,10.1f %8d%n",
              one.plan().transport(),
              one.rate(),
              one.megabytesPerSecond(),
              one.latencies().microseconds(50),
              one.latencies().microseconds(99),
              one.latencies().microseconds(100),
              one.lost() + one.errors());
    }
  }

  private static String title(LoadPlan kind) {
    return switch (kind.mode()) {
      case ONEWAY -> "one-way, " + kind.size() + " bytes, counted by the receiver (times: in send)";
      case REQUEST ->
          "requests, "
              + kind.size()
              + " bytes, "
              + kind.depth()
              + " in flight (times: to the answer)";
      case CONNECT -> "connect, one request, close";
    };
  }

  private static String machine() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("Java", System.getProperty("java.version", "?"));
    facts.put(
        "system", System.getProperty("os.name", "?") + " " + System.getProperty("os.version"));
    facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("lace", VersionCommand.version());
    List<String> parts = new ArrayList<>();
    facts.forEach((name, value) -> parts.add(name + " " + value));
    return String.join(", ", parts) + ".";
  }

  private void write(String html) {
    try {
      Files.writeString(page, html);
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.FAILED, "--html " + page + " cannot be written: " + e.getMessage());
    }
    terminal.err().println("curves: " + page.toAbsolutePath());
  }

  /** The kinds of load that are run when none is asked for. */
  static List<LoadPlan> usual(LoadPlan asked) {
    return List.of(
        asked.as(LoadPlan.Mode.ONEWAY, asked.depth()),
        asked.as(LoadPlan.Mode.REQUEST, 1),
        asked.as(LoadPlan.Mode.REQUEST, asked.depth()));
  }

  /** How long a request over a transport that may lose it is waited for. */
  static Duration patience(String transport) {
    return Carrier.mayLose(transport)
        ? Duration.ofSeconds(1)
        : SessionSettings.DEFAULT.requestTimeout();
  }
}
