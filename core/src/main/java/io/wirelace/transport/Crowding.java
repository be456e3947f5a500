package io.wirelace.transport;

import java.util.function.LongSupplier;

/**
 * Whether other threads want the processor that one would spend on staying awake. One that looks
 * again and again notices it by a look that takes far too long: the processor was taken from it
 * meanwhile, and what it waits for has to wait as well. A thread that sleeps gets its processor
 * back at once. So it had better sleep for the next eight times as long, and if it is soon so
 * again, for twice as many times as long, up to 64: one part in 64 is lost then. A pause of the
 * whole process looks the same; it counts for 10 ms at most.
 *
 * <p>One thread; others may race, and lose what one of them found.
 */
public final class Crowding {
  private static final int LEAST_TIMES = 8;
  private static final int MOST_TIMES = 64;

  /** More than another thread has the processor at once: the process was stopped, or collected. */
  private static final long LONGEST_NS = 10_000_000; // 10 ms

  private final long tooLongNs;
  private boolean crowded;
  private int times = LEAST_TIMES;
  private long forNs;
  private long untilNs;

  /** Looks that take so long tell it. */
  public Crowding(long tooLongNs) {
    this.tooLongNs = tooLongNs;
  }

  /**
   * Tells how long one look took.
   *
   * @return whether that was too long
   */
  public boolean took(long lookNs, long nowNs) {
    if (lookNs < tooLongNs) {
      return false;
    }
    boolean again = forNs > 0 && nowNs - lookNs - untilNs < forNs;
    times = again ? Math.min(MOST_TIMES, 2 * times) : LEAST_TIMES;
    forNs = times * Math.min(lookNs, LONGEST_NS);
    untilNs = nowNs + forNs;
    crowded = true;
    return true;
  }

  /** Whether it was told lately; looks at the clock only if it was told at all. */
  public boolean isCrowded(LongSupplier clock) {
    if (crowded && clock.getAsLong() - untilNs >= 0) {
      crowded = false;
    }
    return crowded;
  }
}
