package io.wirelace.benchmarks.compare;

import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.benchmarks.contender.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is said of one workload, in words and without markup.
 *
 * @param workload its name
 * @param title what happens under it
 * @param heads what the columns are; the first is the contender, numbers follow
 * @param rows a contender each
 * @param leads where Wirelace stands against the peers
 */
record WorkloadTable(
    String workload, String title, List<String> heads, List<List<String>> rows, List<Lead> leads) {
  private static final List<String> OURS = List.of("wirelace", "wirelace-inline");
  private static final String NOTHING = "–";

  static WorkloadTable of(Study study, Summary summary, String workload) {
    Rows rows = new Rows(summary, workload);
    return Workload.parse(workload).kind() == Workload.Kind.IDLE
        ? rows.idle(study)
        : rows.timed(study);
  }

  static String title(String name) {
    Workload workload = Workload.parse(name);
    return plainTitle(workload)
        + (workload.content() == Bodies.Content.JSON ? ", bodies like JSON" : "");
  }

  private static String plainTitle(Workload workload) {
    int body = workload.bodyBytes();
    int parallel = workload.parallel();
    return switch (workload.kind()) {
      case ONE_WAY ->
          format("One-way, %,d B, %d sending thread%s", body, parallel, parallel == 1 ? "" : "s");
      case REQUESTS ->
          workload.connections() == 1
              ? format("Requests, %,d B, %d in flight, from callbacks", body, parallel)
              : format(
                  "Requests, %,d B, %d in flight on each of %d connections, from callbacks",
                  body, parallel, workload.connections());
      case CALL -> format("Blocking calls, %,d B, one application thread", body);
      case CONNECT -> format("Connect, call once, close, from %d threads", parallel);
      case IDLE -> format("Idle: %,d connections, each after one echo of %d B", parallel, body);
    };
  }

  private record Rows(Summary summary, String workload) {
    WorkloadTable timed(Study study) {
      boolean latency = hasLatency(summary, workload);
      List<String> heads =
          new ArrayList<>(List.of("contender", "msg/s", "least … most", "× " + study.symbol()));
      if (latency) {
        String ratio = "p50 × " + study.symbol();
        heads.addAll(List.of("p50 µs", ratio, "p99 µs", "p99.9 µs"));
      }
      heads.addAll(List.of("client ns", "server ns", "noise"));
      List<List<String>> rows = new ArrayList<>();
      for (String contender : summary.contenders(workload)) {
        List<String> row = start(contender, "rate");
        row.add(cell(summary.ratio(contender, workload, "rate"), "%.3f"));
        if (latency) {
          row.add(cell(summary.median(contender, workload, "p50_us"), "%,.1f"));
          row.add(cell(summary.ratio(contender, workload, "p50_us"), "%.2f"));
          row.add(cell(summary.median(contender, workload, "p99_us"), "%,.1f"));
          row.add(cell(summary.median(contender, workload, "p999_us"), "%,.1f"));
        }
        row.add(cell(summary.median(contender, workload, "client_ns"), "%,.0f"));
        row.add(cell(summary.median(contender, workload, "server_ns"), "%,.0f"));
        row.add(cell(noise(contender), "%.1f %%"));
        rows.add(row);
      }
      return new WorkloadTable(
          workload,
          title(workload),
          heads,
          rows,
          leads(latency ? List.of("rate", "p50_us") : List.of("rate")));
    }

    WorkloadTable idle(Study study) {
      List<String> heads =
          List.of(
              "contender",
              "bytes each",
              "least … most",
              "× " + study.symbol(),
              "heap",
              "Netty",
              "NIO",
              "resident",
              "opened/s");
      List<List<String>> rows = new ArrayList<>();
      for (String contender : summary.contenders(workload)) {
        List<String> row = start(contender, "bytes");
        row.add(cell(summary.ratio(contender, workload, "bytes"), "%.2f"));
        for (String number :
            List.of("heap_bytes", "netty_bytes", "nio_bytes", "rss_bytes", "open_per_s")) {
          row.add(cell(summary.median(contender, workload, number), "%,.0f"));
        }
        rows.add(row);
      }
      return new WorkloadTable(workload, title(workload), heads, rows, leads(List.of("bytes")));
    }

    private List<String> start(String contender, String number) {
      Optional<Summary.Spread> spread = summary.spread(contender, workload, number);
      return new ArrayList<>(
          List.of(
              contender,
              spread.map(s -> format("%,.0f", s.median())).orElse("failed"),
              spread.map(s -> format("%,.0f … %,.0f", s.least(), s.most())).orElse(NOTHING)));
    }

    private Optional<Double> noise(String contender) {
      return summary.spread(contender, workload, "noise").map(s -> 100 * s.most());
    }

    private List<Lead> leads(List<String> numbers) {
      List<Lead> leads = new ArrayList<>();
      for (String number : numbers) {
        for (String ours : OURS) {
          Lead.of(summary, ours, workload, number).ifPresent(leads::add);
        }
      }
      return leads;
    }
  }

  /** Whether times of answers were taken under it. */
  static boolean hasLatency(Summary summary, String workload) {
    return summary.contenders(workload).stream()
        .anyMatch(contender -> summary.median(contender, workload, "p50_us").isPresent());
  }

  private static String cell(Optional<Double> value, String format) {
    return value.map(v -> format(format, v)).orElse(NOTHING);
  }

  @SuppressWarnings("AnnotateFormatMethod") // not worth a library of annotations
  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
