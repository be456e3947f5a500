package io.wirelace.session;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One timer for all deadlines of a session: it fires at the earliest, looks through the calls, and
 * sets itself to the next. Calls with the usual timeout never touch it again once it is set, so a
 * request costs no timer.
 */
final class Deadlines {
  /** The least time between two looks, so that many deadlines share one. */
  private static final long LEAST_GAP_NS = TimeUnit.MILLISECONDS.toNanos(5);

  /** A timer this late was held up: the process stood still, or the event loop was busy. */
  static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(50);

  /** How long the event loop then has to read what waits in the socket, before it is judged. */
  static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private final LongSupplier clock;

  /** Handles what is due at a time, and returns the earliest deadline left (or MAX_VALUE). */
  private final LongUnaryOperator sweep;

  private volatile long nextNs = Long.MAX_VALUE;

  // Event loop only.
  private @Nullable ScheduledFuture<?> timer;
  private boolean closed;

  Deadlines(LongSupplier clock, LongUnaryOperator sweep) {
    this.clock = clock;
    this.sweep = sweep;
  }

  /** A call has that deadline. Any thread. */
  void add(long deadlineNs, SessionLoop loop) {
    if (deadlineNs - nextNs >= 0 && nextNs != Long.MAX_VALUE) {
      return;
    }
    if (loop.isThisThread()) {
      schedule(deadlineNs, loop);
    } else {
      // If the loop is going, the session is as well: who waits is told of that.
      boolean unused = loop.execute(() -> schedule(deadlineNs, loop));
    }
  }

  private void schedule(long deadlineNs, SessionLoop loop) {
    if (closed || (nextNs != Long.MAX_VALUE && deadlineNs - nextNs >= 0)) {
      return;
    }
    cancelTimer();
    nextNs = deadlineNs;
    long delay = Math.max(LEAST_GAP_NS, deadlineNs - clock.getAsLong());
    long dueNs = clock.getAsLong() + delay;
    timer = loop.schedule(() -> fire(loop, dueNs), delay);
  }

  private void fire(SessionLoop loop, long dueNs) {
    timer = null;
    long now = clock.getAsLong();
    if (now - dueNs > LATE_NS) {
      timer = loop.schedule(() -> fire(loop, now + LOOK_NS), LOOK_NS);
      return;
    }
    nextNs = Long.MAX_VALUE;
    long earliest = sweep.applyAsLong(now);
    if (earliest != Long.MAX_VALUE) {
      schedule(earliest, loop);
    }
  }

  void close() {
    closed = true;
    cancelTimer();
  }

  private void cancelTimer() {
    ScheduledFuture<?> running = timer;
    if (running != null) {
      timer = null;
      running.cancel(false);
    }
  }
}
