package io.wirelace.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes the files that people read: {@code comparison.md}, {@code .html}, {@code .csv} and {@code
 * .svg}.
 */
final class Pages {
  private static final List<String> CSV_NUMBERS =
      List.of("rate", "p50_us", "p99_us", "p999_us", "client_ns", "server_ns", "noise", "bytes");

  private Pages() {}

  static void write(Path out, Study study, Map<String, String> facts, List<Result> results)
      throws IOException {
    Summary summary = new Summary(study.reference(), results);
    Files.writeString(out.resolve("comparison.md"), new MarkdownPage(study, facts, summary).text());
    Files.writeString(out.resolve("comparison.html"), new HtmlPage(study, facts, summary).text());
    Files.writeString(out.resolve("comparison.csv"), csv(summary));
    Files.writeString(out.resolve("comparison.svg"), new Plot(summary).svg());
  }

  private static String csv(Summary summary) {
    StringBuilder csv =
        new StringBuilder("workload,contender,number,median,min,max,runs,ratio_to_reference\n");
    for (String workload : summary.workloads()) {
      for (String contender : summary.contenders(workload)) {
        for (String number : CSV_NUMBERS) {
          summary
              .spread(contender, workload, number)
              .ifPresent(spread ->
                  csv.append(
                      String.format(
                          Locale.ROOT,
                          "%s,%s,%s,%.3f,%.3f,%.3f,%d,%s\n",
                          workload,
                          contender,
                          number,
                          spread.median(),
                          spread.least(),
                          spread.most(),
                          spread.runs(),
                          summary
                              .ratio(contender, workload, number)
                              .map(ratio -> String.format(Locale.ROOT, "%.4f", ratio))
                              .orElse(""))));
        }
      }
    }
    return csv.toString();
  }
}
