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

  private final Map<String, String> facts;
  private final Summary summary;
  private final StringBuilder page = new StringBuilder();

  MarkdownPage(Map<String, String> facts, Summary summary) {
    this.facts = facts;
    this.summary = summary;
  }

  String text() {
    page.append(
        """
        # Wirelace beside its peers

        Written by `benchmarks/compare`; do not edit. What each contender does, and does not do, is in
        [benchmarks/README.md](../../benchmarks/README.md). Server and client are a process each, on loopback, on one
        machine, so the figures say how contenders compare there, not what a network gives. Medians of the runs, with
        the least and the most; × T is the ratio to `netty-tuned`, a Netty pair without sessions, routes, deadlines or
        bounds on the receiver, made as fast as we know how. Every one-way message was counted by the receiver.

        ![Ratios to the reference](comparison.svg)

        """);
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

  /** A limit on a ratio or a number. */
  private record Target(
      String what, String contender, String workload, String number, Bound bound) {}

  private record Bound(double limit, boolean atMost) {
    static Bound atLeast(double ratio) {
      return new Bound(ratio, false);
    }

    static Bound atMost(double ratio) {
      return new Bound(ratio, true);
    }

    boolean holds(double value) {
      return atMost ? value <= limit : value >= limit;
    }
  }

  private static final List<Target> RATIOS =
      List.of(
          new Target(
              "One-way, 64 B, rate at least 0.25 × T",
              OURS,
              "oneway:64",
              "rate",
              Bound.atLeast(0.25)),
          new Target(
              "The same inline, at least 0.40 × T",
              INLINE,
              "oneway:64",
              "rate",
              Bound.atLeast(0.40)),
          new Target("Depth 1, p50 at most 1.3 × T", OURS, "rr1:64", "p50_us", Bound.atMost(1.3)),
          new Target(
              "Depth 1 inline, p50 at most 1.3 × T", INLINE, "rr1:64", "p50_us", Bound.atMost(1.3)),
          new Target(
              "Depth 256, rate at least 0.50 × T", OURS, "rr256:64", "rate", Bound.atLeast(0.50)),
          new Target(
              "Depth 256 inline, rate at least 0.50 × T",
              INLINE,
              "rr256:64",
              "rate",
              Bound.atLeast(0.50)));

  private static final double IDLE_TARGET_BYTES = 8 * 1024;

  private void targets() {
    page.append("## Targets\n\n| target | measured | held |\n|---|---:|---|\n");
    for (Target target : RATIOS) {
      Optional<Double> ratio =
          summary.ratio(target.contender(), target.workload(), target.number());
      row(
          target.what(),
          ratio.map(value -> format("%.2f ×", value)),
          ratio.map(target.bound()::holds));
    }
    for (String workload : summary.workloads()) {
      if (isIdle(workload)) {
        Optional<Double> bytes = summary.median(OURS, workload, "bytes");
        row(
            "An idle connection costs at most 8,192 bytes of heap and direct memory ("
                + workload
                + ")",
            bytes.map(value -> format("%,.0f", value)),
            bytes.map(value -> value <= IDLE_TARGET_BYTES));
      }
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
        summary.median(Entrant.REFERENCE, workload, "p50_us").isPresent()
            || summary.median(OURS, workload, "p50_us").isPresent();
    page.append("| contender | msg/s | least … most | × T |");
    page.append(latency ? " p50 µs | p50 × T | p99 µs | p99.9 µs |" : "");
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
        "| contender | bytes each | least … most | × T | heap | Netty | NIO | resident | opened/s |\n");
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
