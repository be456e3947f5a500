package io.wirelace.benchmarks.scale;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.AtomicHistogram;

/**
 * A closed loop over many connections: so many requests in flight in all, each answer sends the
 * next, on a connection further on. Its rate is what is called capacity. Answers come on any of the
 * client's event loops.
 */
final class Rotation {
  private static final int PATIENCE_S = 60;
  private static final long MOST_NS = TimeUnit.MINUTES.toNanos(2);

  private final Connections connections;
  private final int depth;
  private final String route;
  private final byte[] body;
  private final LongAdder answers = new LongAdder();
  private final AbstractHistogram latencyNs = new AtomicHistogram(MOST_NS, 3);
  private final CountDownLatch running;
  private long deadline;

  Rotation(Connections connections, int depth, String route, byte[] body) {
    this.connections = connections;
    this.depth = depth;
    this.route = route;
    this.body = body;
    this.running = new CountDownLatch(depth);
  }

  /** Runs for a time; rate and latencies. */
  Numbers run(long durationNs) throws InterruptedException {
    long started = System.nanoTime();
    deadline = started + durationNs;
    for (int i = 0; i < depth; i++) {
      next(i % connections.size());
    }
    if (!running.await(durationNs / 1_000_000_000 + PATIENCE_S, TimeUnit.SECONDS)) {
      throw new IllegalStateException(running.getCount() + " requests were not answered");
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    return new Numbers()
        .put("answers", answers.sum())
        .put("rate", answers.sum() / seconds)
        .putTimes("", latencyNs);
  }

  private void next(int index) {
    long sentNs = System.nanoTime();
    connections
        .session(index)
        .requestAsync(route, body)
        .whenComplete((answer, failure) -> {
          if (failure != null) {
            ScaleClient.fail(failure);
          }
          long now = System.nanoTime();
          latencyNs.recordValue(now - sentNs);
          answers.increment();
          if (now - deadline < 0) {
            next((index + depth) % connections.size());
          } else {
            running.countDown();
          }
        });
  }
}
