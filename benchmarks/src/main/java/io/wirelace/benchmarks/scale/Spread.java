package io.wirelace.benchmarks.scale;

import java.util.List;

/**
 * A number over several runs.
 *
 * @param runs how many
 */
record Spread(double median, double least, double most, int runs) {
  /** Of at least one value. */
  static Spread of(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    double median =
        n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
    return new Spread(median, sorted.getFirst(), sorted.getLast(), n);
  }

  /** In another unit. */
  Spread times(double factor) {
    return factor < 0
        ? new Spread(median * factor, most * factor, least * factor, runs)
        : new Spread(median * factor, least * factor, most * factor, runs);
  }
}
