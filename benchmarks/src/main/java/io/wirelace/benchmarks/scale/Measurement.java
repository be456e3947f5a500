package io.wirelace.benchmarks.scale;

import java.util.Map;

/**
 * What came of one run of a cell.
 *
 * @param part the cell's part
 * @param size the cell's size
 * @param run 1 and more
 * @param commit of the tree that was measured
 * @param failure why there are no numbers; empty if there are
 * @param numbers by name
 */
record Measurement(
    String part, int size, int run, String commit, String failure, Map<String, Double> numbers) {
  boolean failed() {
    return !failure.isEmpty();
  }

  /** The share of the machine that others took, in the worst of its phases. */
  double noise() {
    return numbers.entrySet().stream()
        .filter(number -> number.getKey().endsWith("noise"))
        .mapToDouble(Map.Entry::getValue)
        .max()
        .orElse(0);
  }

  boolean isOf(Cell cell) {
    return part.equals(cell.part().text()) && size == cell.size();
  }
}
