package io.wirelace.benchmarks.scale;

import io.wirelace.session.Session;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * Requests that are sent when a schedule says, not when an answer has come; latency counts from the
 * scheduled time, so that waiting in the sender is not left out. Connections take turns. One thread
 * paces; answers come on the client's event loops.
 */
final class OpenLoop {
  private static final int PATIENCE_S = 30;
  private static final int GIVE_UP_FACTOR = 3;
  private static final long MOST_NS = TimeUnit.MINUTES.toNanos(5);

  /** Below the default of max-in-flight, so that the pacing thread waits and nothing is refused. */
  private static final int MOST_PENDING = 1000;

  private static final long FULL_PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(50);

  private final Connections connections;
  private final String route;
  private final byte[] body;
  private final AbstractHistogram latencyNs = new AtomicHistogram(MOST_NS, 3);
  private final AbstractHistogram lateNs = new Histogram(MOST_NS, 3);
  private final Semaphore answered = new Semaphore(0);

  OpenLoop(Connections connections, String route, byte[] body) {
    this.connections = connections;
    this.route = route;
    this.body = body;
  }

  /**
   * Sends all that the schedule has within a time. A schedule that cannot be kept is given up after
   * three times that; what was not sent is told as {@code unsent}.
   */
  Numbers run(ArrivalSchedule schedule, long durationNs) throws InterruptedException {
    long started = System.nanoTime();
    int sent = 0;
    long due;
    int unsent = 0;
    while ((due = schedule.nextNs()) < durationNs) {
      long dueAt = started + due;
      long now = waitUntil(dueAt);
      if (unsent > 0 || now - started > GIVE_UP_FACTOR * durationNs) {
        unsent++;
        continue;
      }
      lateNs.recordValue(Math.max(0, now - dueAt));
      send(connections.session(sent % connections.size()), dueAt);
      sent++;
    }
    if (!answered.tryAcquire(sent, PATIENCE_S, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          (sent - answered.availablePermits()) + " requests were not answered");
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    return new Numbers()
        .put("sent", sent)
        .put("unsent", unsent)
        .put("rate", sent / seconds)
        .putTimes("", latencyNs)
        .putTimes("late_", lateNs);
  }

  private static long waitUntil(long dueAt) {
    long now;
    while ((now = System.nanoTime()) - dueAt < 0) {
      LockSupport.parkNanos(dueAt - now);
    }
    return now;
  }

  private void send(Session session, long dueAt) {
    while (session.pendingRequests() >= MOST_PENDING) {
      LockSupport.parkNanos(FULL_PAUSE_NS);
    }
    session
        .requestAsync(route, body)
        .whenComplete((answer, failure) -> {
          if (failure != null) {
            ScaleClient.fail(failure);
          }
          latencyNs.recordValue(Math.max(0, System.nanoTime() - dueAt));
          answered.release();
        });
  }
}
