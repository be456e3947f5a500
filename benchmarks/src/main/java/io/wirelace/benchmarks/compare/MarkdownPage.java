package io.wirelace.benchmarks.compare;

import io.wirelace.benchmarks.contender.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The page: targets, a table for each workload, and how it was measured. */
final class MarkdownPage {
  private static final String OURS = "wirelace";
  private static final String INLINE = "wirelace-inline";

  private final Study study;
  private final Map<String, String> facts;
  private final Summary summary;
  private final StringBuilder page = new StringBuilder();

  MarkdownPage(Study study, Map<String, String> facts, Summary summary) {
    this.study = study;
    this.facts = facts;
    this.summary = summary;
  }

  String text() {
    page.append(study.introduction());
    failures();
    targets();
    for (String workload : summary.workloads()) {
      workload(workload);
    }
    howMeasured();
    return page.toString();
  }

  private void failures() {
    String failures = summary.failures();
    if (!failures.isEmpty()) {
      page.append("## Failed\n\n").append(failures).append("\n\n");
    }
  }

  // ---- targets ----

  private void targets() {
    page.append("## Targets\n\n| target | measured | held |\n|---|---:|---|\n");
    for (Target target : study.targets()) {
      Optional<Double> measured = target.measured(summary);
      row(
          target.what(),
          measured.map(value -> format(target.of().isEmpty() ? "%,.0f" : "%.2f ×", value)),
          measured.map(target::holds));
    }
    page.append('\n');
  }

  private void row(String what, Optional<String> measured, Optional<Boolean> held) {
    page.append("| ")
        .append(what)
        .append(" | ")
        .append(measured.orElse("not measured"))
        .append(" | ")
        .append(held.map(yes -> yes ? "yes" : "**no**").orElse("–"))
        .append(" |\n");
  }

  // ---- a workload ----

  private static boolean isIdle(String workload) {
    return Workload.parse(workload).kind() == Workload.Kind.IDLE;
  }

  private static String title(String name) {
    Workload workload = Workload.parse(name);
    int body = workload.bodyBytes();
    int parallel = workload.parallel();
    return switch (workload.kind()) {
      case ONE_WAY ->
          format("One-way, %,d B, %d sending thread%s", body, parallel, parallel == 1 ? "" : "s");
      case REQUESTS -> format("Requests, %,d B, %d in flight, from callbacks", body, parallel);
      case CALL -> format("Blocking calls, %,d B, one application thread", body);
      case CONNECT -> format("Connect, call once, close, from %d threads", parallel);
      case IDLE -> format("Idle: %,d connections, each after one echo of %d B", parallel, body);
    };
  }

  private void workload(String workload) {
    page.append("## ").append(title(workload)).append(" (`").append(workload).append("`)\n\n");
    if (isIdle(workload)) {
      idle(workload);
      return;
    }
    boolean latency =
        summary.median(summary.reference(), workload, "p50_us").isPresent()
            || summary.median(OURS, workload, "p50_us").isPresent();
    page.append(format("| contender | msg/s | least … most | × %s |", study.symbol()));
    page.append(latency ? " p50 µs | ratio | p99 µs | p99.9 µs |" : "");
    page.append(" client ns | server ns | noise |\n|---|---:|---:|---:|");
    page.append(latency ? "---:|---:|---:|---:|" : "").append("---:|---:|---:|\n");
    for (String contender : summary.contenders(workload)) {
      page.append("| ").append(contender).append(" | ");
      page.append(
          summary
              .spread(contender, workload, "rate")
              .map(s -> format("%,.0f | %,.0f … %,.0f", s.median(), s.least(), s.most()))
              .orElse("failed | "));
      cell(summary.ratio(contender, workload, "rate"), "%.3f");
      if (latency) {
        cell(summary.median(contender, workload, "p50_us"), "%,.1f");
        cell(summary.ratio(contender, workload, "p50_us"), "%.2f");
        cell(summary.median(contender, workload, "p99_us"), "%,.1f");
        cell(summary.median(contender, workload, "p999_us"), "%,.1f");
      }
      cell(summary.median(contender, workload, "client_ns"), "%,.0f");
      cell(summary.median(contender, workload, "server_ns"), "%,.0f");
      cell(summary.spread(contender, workload, "noise").map(s -> 100 * s.most()), "%.1f %%");
      page.append(" |\n");
    }
    page.append('\n');
    ahead(workload, "rate", Comparator.naturalOrder());
    if (latency) {
      ahead(workload, "p50_us", Comparator.reverseOrder());
    }
    page.append('\n');
  }

  private void idle(String workload) {
    page.append(
        format(
            "| contender | bytes each | least … most | × %s | heap | Netty | NIO | resident | opened/s |\n",
            study.symbol()));
    page.append("|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    for (String contender : summary.contenders(workload)) {
      page.append("| ").append(contender).append(" | ");
      page.append(
          summary
              .spread(contender, workload, "bytes")
              .map(s -> format("%,.0f | %,.0f … %,.0f", s.median(), s.least(), s.most()))
              .orElse("failed | "));
      cell(summary.ratio(contender, workload, "bytes"), "%.2f");
      for (String number :
          List.of("heap_bytes", "netty_bytes", "nio_bytes", "rss_bytes", "open_per_s")) {
        cell(summary.median(contender, workload, number), "%,.0f");
      }
      page.append(" |\n");
    }
    page.append('\n');
    ahead(workload, "bytes", Comparator.reverseOrder());
    page.append('\n');
  }

  private void cell(Optional<Double> value, String format) {
    page.append(" | ").append(value.map(v -> format(format, v)).orElse("–"));
  }

  /** Whether Wirelace is ahead of the best of the peers. */
  private void ahead(String workload, String number, Comparator<Double> better) {
    record Peer(String name, double value) {}
    List<Peer> peers = new ArrayList<>();
    for (String name : summary.contenders(workload)) {
      if (Entrant.PEERS.contains(name)) {
        summary.median(name, workload, number).ifPresent(v -> peers.add(new Peer(name, v)));
      }
    }
    Optional<Peer> best = peers.stream().max(Comparator.comparing(Peer::value, better));
    for (String ours : List.of(OURS, INLINE)) {
      Optional<Double> own = summary.median(ours, workload, number);
      if (best.isPresent() && own.isPresent()) {
        Peer peer = best.get();
        boolean ahead = better.compare(own.get(), peer.value()) > 0;
        page.append(
            format(
                "- %s ahead of the best of rsocket, grpc and vertx in %s: **%s** (%.2f × %s)\n",
                ours, label(number), ahead ? "yes" : "no", own.get() / peer.value(), peer.name()));
      }
    }
  }

  private static String label(String number) {
    return switch (number) {
      case "rate" -> "rate";
      case "p50_us" -> "p50";
      default -> "bytes";
    };
  }

  // ---- how ----

  private void howMeasured() {
    page.append("## How it was measured\n\n| | |\n|---|---|\n");
    facts.forEach(
        (name, fact) -> page.append("| ").append(name).append(" | ").append(fact).append(" |\n"));
    page.append(
        """

        `client ns` and `server ns` are processor time of each process for each message, kernel included, from `/proc`.
        `noise` is the most of the machine that other processes, and the host of a virtual machine, took during a cell.
        Idle bytes are what the server holds more after a collection than before: heap, direct memory that only Netty
        counts, and the JDK's direct buffers (Netty's are there on most JDKs); `resident` is what the system says. All
        numbers of all runs: [results.jsonl](results.jsonl), [comparison.csv](comparison.csv).
        """);
  }

  @SuppressWarnings("AnnotateFormatMethod") // not worth a library of annotations
  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
