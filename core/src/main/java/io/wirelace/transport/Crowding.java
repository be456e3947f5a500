package io.wirelace.transport;

/**
 * Whether other threads want the processor that one would spend on staying awake. One that looks
 * again and again notices it by a look that takes far too long: the processor was taken from it
 * meanwhile, and what it waits for has to wait as well. A thread that sleeps gets its processor
 * back at once. So it had better sleep for the next eight times as long, and if it is soon so
 * again, for twice as many times as long, up to 256: one part in 256 is lost then.
 *
 * <p>One thread; others may race, and lose what one of them found.
 */
public final class Crowding {
  private static final int LEAST_TIMES = 8;
  private static final int MOST_TIMES = 256;

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
    boolean again = forNs > 0 && nowNs - untilNs < forNs;
    times = again ? Math.min(MOST_TIMES, 2 * times) : LEAST_TIMES;
    forNs = times * lookNs;
    untilNs = nowNs + forNs;
    crowded = true;
    return true;
  }

  /** Whether it was told lately. */
  public boolean isCrowded(long nowNs) {
    if (crowded && nowNs - untilNs >= 0) {
      crowded = false;
    }
    return crowded;
  }
}
