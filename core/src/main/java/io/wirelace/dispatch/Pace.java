package io.wirelace.dispatch;

import java.util.concurrent.TimeUnit;

/**
 * How long the handlers of one session take for a message, to know whether the event loop can carry
 * them. Handing a message to another thread and its answer back takes from ten microseconds on a
 * busy machine to fifty on a sleepy one; a handler that takes less is better run where it is, one
 * that takes longer would keep the loop's other sessions waiting.
 *
 * <p>An average that leans to the last sixteen or so batches, and begins with what is typical of
 * the sessions before; where nothing is known yet, a session begins in the pool. Used by the
 * session's virtual thread while that runs, otherwise by its event loop: one of them at a time, but
 * for a thread that has just left the loop, whose counts may be lost.
 */
final class Pace {
  /** Up to this a message is quick. */
  private static final long QUICK_NS = TimeUnit.MICROSECONDS.toNanos(20);

  /** No message counts for more, since who was interrupted by the system is not slow. */
  private static final long MOST_NS = 5 * QUICK_NS;

  /** What is longer than others may have taken the processor for has kept the loop from others. */
  private static final long KEPT_NS = TimeUnit.MILLISECONDS.toNanos(5);

  /** For so many times as long the loop is left alone then. */
  private static final int KEPT_REST = 10;

  /** What is longer than a pause of the collector should be has held the loop. */
  private static final long HELD_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long FIRST_REST_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST_DOUBLINGS = 12; // an hour and eight minutes
  private static final long FORGIVEN_NS = TimeUnit.HOURS.toNanos(2);
  private static final int WEIGHT = 16;

  /** After so many batches it is told what this session is like. */
  private static final int BATCHES_A_REPORT = 32;

  /**
   * What a message takes in the sessions of one server or client, as those who were asked last say.
   * Any thread; who races loses a report.
   */
  static final class Typical {
    private static final int WEIGHT = 8;

    private volatile long averageNs = MOST_NS;

    private void report(long ns) {
      long beforeNs = averageNs;
      averageNs = beforeNs + (ns - beforeNs) / WEIGHT;
    }
  }

  private final Typical typical;
  private long averageNs;
  private long handled;
  private int batches;

  /** How often it has held the loop. */
  private int held;

  /** Until when it rests for keeping or holding it; 0 if it never did. */
  private long restUntilNs;

  /** Of a new session. */
  Pace(Typical typical) {
    this.typical = typical;
    this.averageNs = typical.averageNs;
  }

  /** One more message has been handled. */
  void handled() {
    handled++;
  }

  /** The messages handled since the last call took that long, waits of the handlers included. */
  void tookInPool(long ns) {
    long each = Math.min(ns / Math.max(1, handled), MOST_NS);
    handled = 0;
    averageNs += (each - averageNs) / WEIGHT;
    if (++batches == BATCHES_A_REPORT) {
      batches = 0;
      typical.report(averageNs);
    }
  }

  /** The messages handled since the last call kept the loop for that long, until now. */
  void tookOnLoop(long ns, long nowNs) {
    tookInPool(ns);
    if (ns >= HELD_NS) {
      if (nowNs - restUntilNs > FORGIVEN_NS) {
        held = 0;
      }
      restUntilNs = nowNs + (FIRST_REST_NS << Math.min(held, MOST_DOUBLINGS));
      held++;
    } else if (ns >= KEPT_NS && isRested(nowNs)) {
      restUntilNs = nowNs + KEPT_REST * ns;
    }
  }

  /** Whether the loop can carry the next. */
  boolean isQuick(long nowNs) {
    return averageNs <= QUICK_NS && isRested(nowNs);
  }

  private boolean isRested(long nowNs) {
    return restUntilNs == 0 || nowNs - restUntilNs >= 0;
  }
}
