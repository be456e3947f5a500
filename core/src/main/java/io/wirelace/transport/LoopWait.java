package io.wirelace.transport;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * How an event loop waits when it has nothing to do: it sleeps, or it looks again and again for a
 * moment. To put a thread to sleep and wake it takes from five microseconds to fifty, with both
 * processors at work at it; a peer on the same machine or in the same rack answers in that time.
 * And by epoll, a loop that is awake need not be woken by the threads that send.
 *
 * <p>It stays awake as long as that is rewarded: each time that it was in vain, twice as many waits
 * are asleep at once. What the first look finds says nothing of that: nobody had to wait for it. At
 * each look it lets others have the processor, and where they keep it, it sleeps ({@link
 * Crowding}). At most half of the processors have such a loop, none where there is one; what a loop
 * finds at such a look it also does before it stops counting as one.
 *
 * <p>Event loop only.
 */
final class LoopWait {
  /** What waits. */
  interface Loop {
    /** Whether there is nothing to do but to wait. */
    boolean isIdle();

    /**
     * Looks whether something has come, and does what there is.
     *
     * @return how much that was
     */
    int look();

    /** As {@link #look}, but sleeps until something comes, unless there is something to do. */
    int sleep();

    /** Lets other threads have this processor, if any wants it. */
    void letOthersRun();
  }

  private static final int NOTHING = -1;

  private static final int MOST_DOUBLINGS = 6; // 64 waits

  /** A look takes less than a microsecond, and a thread of ours that answers some ten. */
  private static final int TOO_LONG = 4; // times the limit

  /** Loops of this process that are awake in this way. */
  private static final AtomicInteger AWAKE = new AtomicInteger();

  private static final int MOST_AWAKE = Runtime.getRuntime().availableProcessors() / 2;

  private final long limitNs;
  private final LongSupplier clock;
  private final AtomicInteger awake;
  private final int mostAwake;
  private final Crowding crowding;

  private int losses;
  private int waitsToSleep;

  /** Awake for at most so long; zero for never. */
  LoopWait(Duration limit) {
    this(limit, System::nanoTime, AWAKE, MOST_AWAKE);
  }

  /** As above, with a count of the loops that are awake, and how many may be. */
  LoopWait(Duration limit, LongSupplier clock, AtomicInteger awake, int mostAwake) {
    this.limitNs = limit.toNanos();
    this.clock = clock;
    this.awake = awake;
    this.mostAwake = mostAwake;
    this.crowding = new Crowding(TOO_LONG * limitNs);
  }

  /**
   * Waits until there is something to do, and does what has come.
   *
   * @return how much that was
   */
  int await(Loop loop) {
    if (limitNs > 0 && loop.isIdle() && isWorthIt()) {
      int done = loop.look();
      if (done > 0 || !loop.isIdle()) {
        return done;
      }
      done = lookAgain(loop);
      if (done != NOTHING) {
        return done;
      }
    }
    return loop.sleep(); // which it does not where there is something to do
  }

  private boolean isWorthIt() {
    if (waitsToSleep > 0) {
      waitsToSleep--;
      return false;
    }
    return awake.get() < mostAwake && !crowding.isCrowded(clock);
  }

  /** As {@link #await}, after a look in vain; {@link #NOTHING} if the loop had better sleep. */
  private int lookAgain(Loop loop) {
    try {
      return awake.incrementAndGet() <= mostAwake ? lookForAMoment(loop) : NOTHING;
    } finally {
      awake.decrementAndGet();
    }
  }

  private int lookForAMoment(Loop loop) {
    long startNs = clock.getAsLong();
    long lastNs = startNs;
    while (true) {
      loop.letOthersRun();
      long nowNs = clock.getAsLong();
      if (crowding.took(nowNs - lastNs, nowNs)) {
        return NOTHING;
      }
      if (nowNs - startNs >= limitNs) {
        losses = Math.min(MOST_DOUBLINGS, losses + 1);
        waitsToSleep = 1 << losses;
        return NOTHING;
      }
      lastNs = nowNs;
      int done = loop.look();
      if (done > 0 || !loop.isIdle()) {
        losses = 0;
        return done;
      }
    }
  }
}
