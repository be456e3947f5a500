package io.wirelace.benchmarks.compare;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What Wirelace came to beside the reference once: a file in the repository that later measurements
 * are held against.
 *
 * @param margin the share that a ratio may be less than the stored one
 * @param machine where they were measured
 * @param ratios by {@link #key}
 */
record StoredRatios(double margin, String machine, Map<String, Double> ratios) {
  private static final double USUAL_MARGIN = 0.35;
  private static final String MARGIN = "margin";
  private static final String MACHINE = "machine";
  private static final String RATE = "rate";

  /**
   * A ratio that is too low.
   *
   * @param measured what it is now
   * @param stored what it was
   * @param least what it had to be
   */
  record Drop(String contender, String workload, double measured, double stored, double least) {}

  /** How a ratio is called in the file: without the colon, which means something there. */
  static String key(String contender, String workload) {
    return contender + "." + workload.replace(':', '-');
  }

  /** Reads a file. */
  static StoredRatios read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    Map<String, Double> ratios = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (!name.equals(MARGIN) && !name.equals(MACHINE)) {
        ratios.put(name, positive(file, name, properties.getProperty(name)));
      }
    }
    double margin = positive(file, MARGIN, properties.getProperty(MARGIN, ""));
    if (margin >= 1) {
      throw new IOException(file + ": margin: " + margin + " (expected less than 1)");
    }
    return new StoredRatios(margin, properties.getProperty(MACHINE, ""), ratios);
  }

  private static double positive(Path file, String name, String value) throws IOException {
    try {
      double number = Double.parseDouble(value.strip());
      if (number > 0 && Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IOException(file + ": " + name + ": " + value + " (expected a number above 0)");
  }

  /** What was measured now, with the margin of the file that it replaces. */
  static StoredRatios measured(Summary summary, Path replaced, String machine) throws IOException {
    double margin = Files.exists(replaced) ? read(replaced).margin : USUAL_MARGIN;
    Map<String, Double> ratios = new TreeMap<>();
    for (String workload : summary.workloads()) {
      for (String contender : summary.contenders(workload)) {
        Optional<Double> ratio = summary.ratio(contender, workload, RATE);
        if (ratio.isPresent() && !contender.equals(summary.reference())) {
          ratios.put(key(contender, workload), ratio.get());
        }
      }
    }
    return new StoredRatios(margin, machine, ratios);
  }

  /** Writes the file anew. */
  void write(Path file) throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            # Rates of Wirelace over those of netty-tuned: medians of short runs, not to be quoted. Written by
            # `benchmarks/compare --study regressions --store`, which keeps the margin. `benchmarks/compare --study
            # regressions` fails if a ratio is less than what stands here by more than that share, and is again
            # when it is measured once more.
            """);
    text.append(String.format(Locale.ROOT, "%s = %.2f%n", MARGIN, margin));
    text.append(MACHINE).append(" = ").append(machine).append('\n');
    new TreeMap<>(ratios)
        .forEach(
            (key, ratio) -> text.append(String.format(Locale.ROOT, "%s = %.3f%n", key, ratio)));
    Files.writeString(file, text.toString().replace("\r", ""));
  }

  /** The ratios that are too low now. */
  List<Drop> drops(Summary summary) throws IOException {
    List<Drop> drops = new ArrayList<>();
    for (String workload : summary.workloads()) {
      for (String contender : summary.contenders(workload)) {
        Optional<Double> ratio = summary.ratio(contender, workload, RATE);
        if (ratio.isEmpty() || contender.equals(summary.reference())) {
          continue;
        }
        Double stored = ratios.get(key(contender, workload));
        if (stored == null) {
          throw new IOException(key(contender, workload) + " is not stored yet: run with --store");
        }
        double least = stored * (1 - margin);
        if (ratio.get() < least) {
          drops.add(new Drop(contender, workload, ratio.get(), stored, least));
        }
      }
    }
    return drops;
  }
}
