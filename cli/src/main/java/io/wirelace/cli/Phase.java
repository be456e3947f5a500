package io.wirelace.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of time in which several threads do the same work, until {@link #isOver}. The thread
 * that runs it shows the progress.
 */
final class Phase {
  private static final long LOOK_MS = 50;
  private static final double NS_PER_S = 1e9;

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean over;

  /** What one thread does. */
  @FunctionalInterface
  interface Work {
    /** Works until the phase is over. */
    void run() throws InterruptedException;
  }

  /** Whether the work shall end. */
  boolean isOver() {
    return over;
  }

  /**
   * Runs it, one thread for each work.
   *
   * @param done how much has been done, for the progress line
   */
  void run(List<? extends Work> works, Duration time, Progress progress, LongSupplier done)
      throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Work work : works) {
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .name("lace-load-" + threads.size())
              .start(() -> runOne(work)));
    }
    long start = System.nanoTime();
    try {
      long elapsed = 0;
      while (elapsed < time.toNanos() && failure.get() == null) {
        Thread.sleep(Math.clamp((time.toNanos() - elapsed) / 1_000_000, 1, LOOK_MS));
        elapsed = System.nanoTime() - start;
        progress.say(
            String.format(
                Locale.ROOT,
                "%.1f of %.1f s, %,d messages",
                elapsed / NS_PER_S,
                time.toNanos() / NS_PER_S,
                done.getAsLong()));
      }
    } finally {
      over = true;
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() instanceof RuntimeException thrown) {
      throw thrown;
    }
  }

  private void runOne(Work work) {
    try {
      work.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e instanceof Error ? new IllegalStateException(e) : e);
    }
  }
}
