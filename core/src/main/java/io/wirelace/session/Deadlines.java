package io.wirelace.session;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.RejectedExecutionException;
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
  void add(long deadlineNs, EventExecutor executor) {
    if (deadlineNs - nextNs >= 0 && nextNs != Long.MAX_VALUE) {
      return;
    }
    if (executor.inEventLoop()) {
      schedule(deadlineNs, executor);
    } else {
      try {
        executor.execute(() -> schedule(deadlineNs, executor));
      } catch (RejectedExecutionException e) {
        return; // the loop is going, and with it the session: whoever waits is told of that
      }
    }
  }

  private void schedule(long deadlineNs, EventExecutor executor) {
    if (closed || (nextNs != Long.MAX_VALUE && deadlineNs - nextNs >= 0)) {
      return;
    }
    cancelTimer();
    nextNs = deadlineNs;
    long delay = Math.max(LEAST_GAP_NS, deadlineNs - clock.getAsLong());
    long dueNs = clock.getAsLong() + delay;
    timer = executor.schedule(() -> fire(executor, dueNs), delay, TimeUnit.NANOSECONDS);
  }

  private void fire(EventExecutor executor, long dueNs) {
    timer = null;
    long now = clock.getAsLong();
    if (now - dueNs > LATE_NS) {
      timer = executor.schedule(() -> fire(executor, now + LOOK_NS), LOOK_NS, TimeUnit.NANOSECONDS);
      return;
    }
    nextNs = Long.MAX_VALUE;
    long earliest = sweep.applyAsLong(now);
    if (earliest != Long.MAX_VALUE) {
      schedule(earliest, executor);
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
