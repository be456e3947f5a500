package io.wirelace.session;

import java.util.concurrent.TimeUnit;

/**
 * The look at the socket before a timer judges a peer. While the process stood still (a pause of
 * the machine or the collector, SIGSTOP), or its event loop was busy, what the peer sent has been
 * waiting in the socket, and the timer may be run first. So nobody is judged before the loop has
 * had some time to read: it does so between any two timers.
 */
final class LastLook {
  private static final long LONGEST_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long NONE = Long.MIN_VALUE;

  private long untilNs = NONE;
  private long lengthNs;

  /**
   * The time of a peer is up.
   *
   * @param timeoutNs how long it had; the look is a quarter of that, at most 100 ms
   * @return whether to look for {@link #ns} first; false after a look that was in time itself
   */
  boolean isDue(long nowNs, long timeoutNs) {
    if (untilNs != NONE && nowNs - untilNs <= lengthNs) {
      untilNs = NONE;
      return false;
    }
    lengthNs = Math.max(1, Math.min(LONGEST_NS, timeoutNs / 4));
    untilNs = nowNs + lengthNs;
    return true;
  }

  /** How long to look. */
  long ns() {
    return lengthNs;
  }

  /** The peer has shown itself. */
  void over() {
    untilNs = NONE;
  }
}
