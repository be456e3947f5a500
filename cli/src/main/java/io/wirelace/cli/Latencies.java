package io.wirelace.cli;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * Times, to three digits, up to two minutes. Recording is for any thread, but meant for one at a
 * time; adding up is for afterwards.
 */
final class Latencies {
  private static final long LONGEST_NS = TimeUnit.MINUTES.toNanos(2);
  private static final double NS_PER_US = 1e3;

  private final String what;
  private final AbstractHistogram histogram;

  private Latencies(String what, AbstractHistogram histogram) {
    this.what = what;
    this.histogram = histogram;
  }

  /**
   * For one connection.
   *
   * @param what the times of what
   */
  static Latencies of(String what) {
    return new Latencies(what, new AtomicHistogram(LONGEST_NS, 3));
  }

  /** All of them together. */
  static Latencies sum(String what, Iterable<Latencies> parts) {
    Histogram all = new Histogram(LONGEST_NS, 3);
    parts.forEach(part -> all.add(part.histogram));
    return new Latencies(what, all);
  }

  String what() {
    return what;
  }

  void record(long ns) {
    histogram.recordValue(Math.clamp(ns, 0, LONGEST_NS));
  }

  /** A percentile; 0 if nothing was recorded. */
  double microseconds(double percentile) {
    return histogram.getValueAtPercentile(percentile) / NS_PER_US;
  }
}
