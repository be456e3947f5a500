package io.wirelace.session;

import io.netty.util.concurrent.FastThreadLocalThread;
import io.wirelace.transport.Crowding;
import io.wirelace.transport.VirtualThreads;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Stays awake a moment for an answer that may come at once. To put a thread to sleep and wake it
 * takes from five microseconds to fifty, with both processors at work at it; the answer of a peer
 * on the same machine or in the same rack takes as long. So a thread that is awake for no longer
 * than that has the answer sooner and costs no more; and it does so only as long as that is what
 * happens: each time that it was in vain, twice as many calls go to sleep at once, and so do all
 * while others want the processor ({@link Crowding}).
 *
 * <p>At most half of the processors are awake in this way, none where there is one, and never an
 * event loop. Any thread; the counts are plain fields, and threads that race lose a count.
 */
final class SpinWait {
  private static final int MOST_DOUBLINGS = 10; // one call of 1024

  /** A look takes nanoseconds; what takes so long was a thread that had the processor. */
  private static final int TOO_LONG = 4; // times the limit

  /** Threads of this process that are awake in this way. */
  private static final AtomicInteger AWAKE = new AtomicInteger();

  private static final int MOST_AWAKE = Runtime.getRuntime().availableProcessors() / 2;

  private final long limitNs;
  private final LongSupplier clock;
  private final AtomicInteger awake;
  private final int mostAwake;
  private final Crowding crowding;
  private int losses;
  private int callsToSkip;

  /** Awake for at most so long; zero for never. */
  SpinWait(Duration limit, LongSupplier clock) {
    this(limit, clock, AWAKE, MOST_AWAKE);
  }

  /** As above, with a count of those who are awake, and how many may be. */
  SpinWait(Duration limit, LongSupplier clock, AtomicInteger awake, int mostAwake) {
    this.limitNs = limit.toNanos();
    this.clock = clock;
    this.awake = awake;
    this.mostAwake = mostAwake;
    this.crowding = new Crowding(TOO_LONG * limitNs);
  }

  /** Returns when the answer is there, or when this thread had better sleep. */
  void await(Future<?> answer) {
    if (limitNs == 0) {
      return;
    }
    if (callsToSkip > 0) {
      callsToSkip--;
      return;
    }
    if (answer.isDone() || VirtualThreads.carrier() instanceof FastThreadLocalThread) {
      return;
    }
    if (awake.incrementAndGet() <= mostAwake && !crowding.isCrowded(clock)) {
      spin(answer);
    }
    awake.decrementAndGet();
  }

  private void spin(Future<?> answer) {
    long startNs = clock.getAsLong();
    long lastNs = startNs;
    while (!answer.isDone()) {
      Thread.onSpinWait();
      long nowNs = clock.getAsLong();
      if (crowding.took(nowNs - lastNs, nowNs)) {
        return;
      }
      if (nowNs - startNs >= limitNs) {
        losses = Math.min(MOST_DOUBLINGS, losses + 1);
        callsToSkip = 1 << losses;
        return;
      }
      lastNs = nowNs;
    }
    losses = 0;
  }
}
