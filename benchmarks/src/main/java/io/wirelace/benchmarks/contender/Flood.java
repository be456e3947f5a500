package io.wirelace.benchmarks.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Application threads that send as fast as they are let, for a time.
 *
 * @param threads how many
 * @param bodyBytes bytes of each body
 * @param durationNs how long
 * @param content what bodies hold
 */
public record Flood(int threads, int bodyBytes, long durationNs, Bodies.Content content) {
  /** Messages between two looks at the clock. */
  private static final int BETWEEN_LOOKS = 256;

  /** How a message is sent; waits when there is no room. */
  @FunctionalInterface
  public interface Send {
    /** Sends a body, which the caller changes and uses again afterwards. */
    void send(byte[] body) throws Exception;
  }

  /**
   * A sender of a contender that copies each body before it returns. Returns how many were sent.
   */
  public long run(Send send) throws Exception {
    long deadline = System.nanoTime() + durationNs;
    if (threads == 1) {
      return sendUntil(deadline, send);
    }
    List<FutureTask<Long>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      FutureTask<Long> task = new FutureTask<>(() -> sendUntil(deadline, send));
      Thread.ofPlatform().name("sender-" + i).start(task);
      tasks.add(task);
    }
    long sent = 0;
    for (FutureTask<Long> task : tasks) {
      sent += outcome(task);
    }
    return sent;
  }

  private static long outcome(FutureTask<Long> task) throws InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a sending thread failed", e.getCause());
    }
  }

  private long sendUntil(long deadline, Send send) throws Exception {
    byte[][] bodies = content.bodies(Bodies.COUNT_ME, bodyBytes);
    int last = bodies.length - 1;
    long sent = 0;
    while (System.nanoTime() - deadline < 0) {
      for (int i = 0; i < BETWEEN_LOOKS; i++) {
        byte[] body = bodies[i & last];
        body[1] = (byte) i;
        send.send(body);
      }
      sent += BETWEEN_LOOKS;
    }
    return sent;
  }
}
