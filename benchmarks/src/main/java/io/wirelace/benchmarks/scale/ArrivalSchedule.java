package io.wirelace.benchmarks.scale;

import java.util.SplittableRandom;

/**
 * When requests are due in an open loop: independent arrivals at a mean rate (a Poisson process),
 * the same for the same seed. It knows no clock, so a server that is late does not move it. One
 * thread.
 */
final class ArrivalSchedule {
  private static final double NS_PER_S = 1e9;

  private final double meanGapNs;
  private final SplittableRandom random;
  private double nextNs;

  /**
   * A schedule that begins at time 0.
   *
   * @param ratePerS mean arrivals a second, more than 0
   */
  ArrivalSchedule(double ratePerS, long seed) {
    if (!(ratePerS > 0)) {
      throw new IllegalArgumentException("rate: " + ratePerS + " (expected more than 0)");
    }
    meanGapNs = NS_PER_S / ratePerS;
    random = new SplittableRandom(seed);
  }

  /** The next arrival, in nanoseconds since the beginning; never before the one before. */
  long nextNs() {
    nextNs += meanGapNs * -Math.log(1 - random.nextDouble());
    return (long) nextNs;
  }
}
