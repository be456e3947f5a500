package io.wirelace.benchmarks.contender;

import java.util.concurrent.CountDownLatch;
import org.HdrHistogram.Histogram;

/**
 * Requests that keep each other going: each answer sends the next request, until the time is up.
 * {@link #answered} belongs to the one thread that the contender takes answers on.
 */
public final class ClosedLoop {
  private final int depth;
  private final long deadline;
  private final Histogram latencyNs;
  private final CountDownLatch done = new CountDownLatch(1);
  private int running;
  private long answers;

  /**
   * A loop whose time starts now.
   *
   * @param depth requests in flight
   */
  public ClosedLoop(int depth, long durationNs, Histogram latencyNs) {
    this.depth = depth;
    this.deadline = System.nanoTime() + durationNs;
    this.latencyNs = latencyNs;
    this.running = depth;
  }

  /** Requests in flight: so many are to be sent to start with. */
  public int depth() {
    return depth;
  }

  /**
   * An answer has come.
   *
   * @return whether to send the next request
   */
  public boolean answered(long sentNs, long nowNs) {
    latencyNs.recordValue(nowNs - sentNs);
    answers++;
    if (nowNs - deadline < 0) {
      return true;
    }
    if (--running == 0) {
      done.countDown();
    }
    return false;
  }

  /** Waits for the last answer; returns how many there were. */
  public long await() throws InterruptedException {
    done.await();
    return answers;
  }
}
