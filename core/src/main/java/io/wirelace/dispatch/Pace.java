package io.wirelace.dispatch;

import java.util.concurrent.TimeUnit;

/**
 * How long the handlers of one session take for a message, to know whether the event loop can carry
 * them. Handing a message to another thread and its answer back takes from ten microseconds on a
 * busy machine to fifty on a sleepy one; a handler that takes less is better run where it is, one
 * that takes longer would keep the loop's other sessions waiting.
 *
 * <p>An average that leans to the last sixteen or so batches, and begins with what is typical of
 * the sessions before; where nothing is known yet, a session begins in the pool. Who has kept the
 * loop from others leaves it alone for a while ({@link Rests}). Used by the session's virtual
 * thread while that runs, otherwise by its event loop: one of them at a time, but for a thread that
 * has just left the loop, whose counts may be lost.
 */
final class Pace {
  /** Up to this a message is quick. */
  private static final long QUICK_NS = TimeUnit.MICROSECONDS.toNanos(20);

  /** No message counts for more, since who was interrupted by the system is not slow. */
  private static final long MOST_NS = 5 * QUICK_NS;

  private static final int WEIGHT = 16;

  /** After so many batches it is told what this session is like. */
  private static final int BATCHES_A_REPORT = 32;

  /**
   * What a message takes in the sessions of one server or client, as those who were asked last say.
   * Where new sessions have kept the loop, the next ones begin in the pool for a while, since short
   * ones are never asked. Any thread; who races loses a report.
   */
  static final class Typical {
    private static final int WEIGHT = 8;

    private volatile long averageNs = MOST_NS;
    private final Rests rests = new Rests(); // guarded by this, which nobody holds for long

    private void report(long ns) {
      long beforeNs = averageNs;
      averageNs = beforeNs + (ns - beforeNs) / WEIGHT;
    }

    private synchronized void newOneTookOnLoop(long ns, long nowNs) {
      if (rests.isOver(nowNs)) { // one pause of the machine may meet many
        rests.tookOnLoop(ns, nowNs);
      }
    }

    private synchronized long beginWithNs(long nowNs) {
      return rests.isOver(nowNs) ? averageNs : MOST_NS;
    }
  }

  private final Typical typical;
  private final Rests rests = new Rests();
  private long averageNs;
  private long handled;
  private int batches;
  private boolean isNew = true;

  /** Of a session that begins now. */
  Pace(Typical typical, long nowNs) {
    this.typical = typical;
    this.averageNs = typical.beginWithNs(nowNs);
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
      isNew = false;
      typical.report(averageNs);
    }
  }

  /** The messages handled since the last call kept the loop for that long, until now. */
  void tookOnLoop(long ns, long nowNs) {
    if (isNew && ns >= Rests.KEPT_NS) {
      typical.newOneTookOnLoop(ns, nowNs);
    }
    rests.tookOnLoop(ns, nowNs);
    tookInPool(ns);
  }

  /** Whether the loop can carry the next. */
  boolean isQuick(long nowNs) {
    return averageNs <= QUICK_NS && rests.isOver(nowNs);
  }
}
