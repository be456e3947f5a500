package io.wirelace.benchmarks.compare;

import java.util.Map;

/**
 * What came of a cell.
 *
 * @param failure why there are no numbers; empty if there are
 */
record Result(
    String contender, String workload, int run, String failure, Map<String, Double> numbers) {
  boolean failed() {
    return !failure.isEmpty();
  }

  double noise() {
    return numbers.getOrDefault("noise", 0.0);
  }
}
