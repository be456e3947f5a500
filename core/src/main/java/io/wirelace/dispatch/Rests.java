package io.wirelace.dispatch;

import java.util.concurrent.TimeUnit;

/**
 * How long somebody who has kept an event loop from its other sessions leaves it alone: for ten
 * times as long, and who has held it for longer than a pause of the collector should be, for a
 * second, the next time for two, up to an hour.
 */
final class Rests {
  /** What is longer than others may have taken the processor for has kept the loop from others. */
  static final long KEPT_NS = TimeUnit.MILLISECONDS.toNanos(5);

  /** For so many times as long the loop is left alone then. */
  private static final int KEPT_REST = 10;

  /** What is longer than a pause of the collector should be has held the loop. */
  private static final long HELD_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long FIRST_REST_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST_DOUBLINGS = 12; // an hour and eight minutes
  private static final long FORGIVEN_NS = TimeUnit.HOURS.toNanos(2);

  /** How often it has been held. */
  private int held;

  /** Until when it is left alone; 0 if it never was. */
  private long untilNs;

  /** It was kept for that long, until now. */
  void tookOnLoop(long ns, long nowNs) {
    if (ns >= HELD_NS) {
      if (nowNs - untilNs > FORGIVEN_NS) {
        held = 0;
      }
      untilNs = nowNs + (FIRST_REST_NS << Math.min(held, MOST_DOUBLINGS));
      held++;
    } else if (ns >= KEPT_NS && isOver(nowNs)) {
      untilNs = nowNs + KEPT_REST * ns;
    }
  }

  /** Whether it need not be left alone any more. */
  boolean isOver(long nowNs) {
    return untilNs == 0 || nowNs - untilNs >= 0;
  }
}
