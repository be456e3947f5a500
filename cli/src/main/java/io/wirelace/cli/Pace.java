package io.wirelace.cli;

import java.util.concurrent.locks.LockSupport;

/**
 * When the next message shall be sent. At a given rate a time does not move because the message
 * before it was late, so that a stall is seen in the times of all that had to wait behind it (no
 * coordinated omission). Used by one thread.
 */
final class Pace {
  private static final double NS_PER_S = 1e9;
  private static final long SPIN_NS = 50_000;
  private static final long LONGEST_PARK_NS = 100_000_000;

  private final double intervalNs;
  private final long startNs = System.nanoTime();
  private long count;

  /**
   * A pace.
   *
   * @param perSecond 0 for as fast as possible
   */
  Pace(double perSecond) {
    intervalNs = perSecond > 0 ? NS_PER_S / perSecond : 0;
  }

  boolean isLimited() {
    return intervalNs > 0;
  }

  /** Waits for the next time, or the end of the phase; returns the time. */
  long await(Phase phase) {
    if (!isLimited()) {
      return System.nanoTime();
    }
    long intended = startNs + (long) (count++ * intervalNs);
    for (long wait = intended - System.nanoTime();
        wait > 0 && !phase.isOver();
        wait = intended - System.nanoTime()) {
      if (wait > SPIN_NS) {
        LockSupport.parkNanos(Math.min(wait - SPIN_NS, LONGEST_PARK_NS));
      } else {
        Thread.onSpinWait();
      }
    }
    return intended;
  }
}
