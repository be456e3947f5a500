package io.wirelace.benchmarks.compare;

import java.util.Optional;

/**
 * What a study wants to hold: a limit on a number of one contender, by itself or as a ratio to
 * another's.
 *
 * @param what in words
 * @param contender whose number
 * @param workload under which workload
 * @param number which number: rate, p50_us, bytes and so on
 * @param of the contender that the number is divided by, or empty for the number itself
 * @param limit the limit
 * @param atMost whether the limit is an upper one
 */
record Target(
    String what,
    String contender,
    String workload,
    String number,
    String of,
    double limit,
    boolean atMost) {

  /** A ratio of rates that must be reached. */
  static Target rate(String what, String contender, String workload, String of, double least) {
    return new Target(what, contender, workload, "rate", of, least, false);
  }

  /** A ratio of median times that must not be passed. */
  static Target p50(String what, String contender, String workload, String of, double most) {
    return new Target(what, contender, workload, "p50_us", of, most, true);
  }

  /** Bytes that must not be passed. */
  static Target bytes(String what, String contender, String workload, double most) {
    return new Target(what, contender, workload, "bytes", "", most, true);
  }

  /** What was measured; empty if it was not. */
  Optional<Double> measured(Summary summary) {
    Optional<Double> value = summary.median(contender, workload, number);
    return of.isEmpty()
        ? value
        : value.flatMap(v -> summary.median(of, workload, number).map(base -> v / base));
  }

  boolean holds(double value) {
    return atMost ? value <= limit : value >= limit;
  }
}
