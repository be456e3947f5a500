package io.wirelace.benchmarks.scale;

import io.wirelace.Server;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The server's side of a fan-out: one message to every session, with a bound on how many messages
 * are under way. The main thread publishes, event loops acknowledge.
 */
final class Publisher {
  private static final int PATIENCE_S = 30;

  private final Server server;
  private final Semaphore places = new Semaphore(0);

  Publisher(Server server) {
    this.server = server;
  }

  /** The last subscriber has a message. */
  void acknowledged() {
    places.release();
  }

  /**
   * Publishes for a time, and waits for the last acknowledgement.
   *
   * @param window messages under way at most
   * @param pauseMs between two messages; 0 for none
   */
  Numbers run(long durationNs, int window, long pauseMs) throws InterruptedException {
    places.drainPermits();
    places.release(window);
    long subscribers = server.sessions().size();
    long refused = 0;
    long messages = 0;
    long inBroadcastNs = 0;
    long started = System.nanoTime();
    long now = started;
    while (now - started < durationNs) {
      take(1);
      long before = System.nanoTime();
      int took = server.broadcast(ScaleServer.NEWS, Subscribers.message(messages, before));
      now = System.nanoTime();
      inBroadcastNs += now - before;
      refused += subscribers - took;
      messages++;
      if (pauseMs > 0) {
        Thread.sleep(pauseMs);
        now = System.nanoTime();
      }
    }
    take(window);
    double seconds = (System.nanoTime() - started) / 1e9;
    return new Numbers()
        .put("messages", messages)
        .put("refused", refused)
        .put("seconds", seconds)
        .put("broadcast_us", inBroadcastNs / 1e3 / messages);
  }

  private void take(int count) throws InterruptedException {
    if (!places.tryAcquire(count, PATIENCE_S, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "a message did not reach every subscriber within " + PATIENCE_S + " s");
    }
  }
}
