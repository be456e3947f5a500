package io.wirelace.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether Wirelace is as fast beside the reference as it was. A ratio that is too low is measured
 * once more before it counts, and does not count where the machine was busy with other things.
 */
final class RegressionCheck {
  private final StoredRatios stored;
  private final double mostNoise;
  private final PrintStream out;

  RegressionCheck(StoredRatios stored, double mostNoise, PrintStream out) {
    this.stored = stored;
    this.mostNoise = mostNoise;
    this.out = out;
  }

  /** Measures all cells of some workloads, as often as it is told to. */
  @FunctionalInterface
  interface Measurement {
    Summary of(List<String> workloads) throws IOException, InterruptedException;
  }

  /** Measures, once or twice; whether nothing regressed. */
  boolean passes(List<String> workloads, Measurement measurement)
      throws IOException, InterruptedException {
    Summary first = measurement.of(workloads);
    show(first);
    List<StoredRatios.Drop> drops = stored.drops(first);
    if (drops.isEmpty() || failed(first)) {
      return !failed(first);
    }
    List<String> suspects = drops.stream().map(StoredRatios.Drop::workload).distinct().toList();
    out.println("too low, so measured once more: " + String.join(", ", suspects));
    Summary again = measurement.of(suspects);
    show(again);
    return !failed(again) && !anyRemains(first, drops, again);
  }

  private boolean failed(Summary summary) {
    summary.failures().forEach(failure -> out.println("FAILED: " + failure));
    return !summary.failures().isEmpty();
  }

  private boolean anyRemains(Summary first, List<StoredRatios.Drop> drops, Summary again)
      throws IOException {
    List<StoredRatios.Drop> remaining = new ArrayList<>();
    for (StoredRatios.Drop once : drops) {
      Optional<StoredRatios.Drop> twice =
          stored.drops(again).stream()
              .filter(drop -> drop.contender().equals(once.contender()))
              .filter(drop -> drop.workload().equals(once.workload()))
              .findFirst();
      double noise = Math.max(noise(first, once), noise(again, once));
      if (twice.isEmpty()) {
        out.println("not seen again: " + once.contender() + " " + once.workload());
      } else if (noise > mostNoise) {
        out.printf(
            Locale.ROOT,
            "WARNING, not counted: others took %.0f %% of the machine. %s%n",
            100 * noise,
            claim(once, twice.get()));
      } else {
        out.println("REGRESSION: " + claim(once, twice.get()));
        remaining.add(once);
      }
    }
    return !remaining.isEmpty();
  }

  private String claim(StoredRatios.Drop once, StoredRatios.Drop twice) {
    return String.format(
        Locale.ROOT,
        "%s %s: %.3f and again %.3f × netty-tuned; stored %.3f, margin %.0f %%: at least %.3f",
        once.contender(),
        once.workload(),
        once.measured(),
        twice.measured(),
        once.stored(),
        100 * stored.margin(),
        once.least());
  }

  /** What others took in the usual run of the two cells that a ratio is of. */
  private static double noise(Summary summary, StoredRatios.Drop drop) {
    double ours = summary.median(drop.contender(), drop.workload(), "noise").orElse(0.0);
    return Math.max(
        ours, summary.median(summary.reference(), drop.workload(), "noise").orElse(0.0));
  }

  private void show(Summary summary) {
    for (String workload : summary.workloads()) {
      for (String contender : summary.contenders(workload)) {
        Double before = stored.ratios().get(StoredRatios.key(contender, workload));
        Optional<Double> ratio = summary.ratio(contender, workload, "rate");
        if (before != null && ratio.isPresent()) {
          out.printf(
              Locale.ROOT,
              "%-16s %-10s %.3f × netty-tuned (stored %.3f, at least %.3f)%n",
              contender,
              workload,
              ratio.get(),
              before,
              before * (1 - stored.margin()));
        }
      }
    }
  }
}
