package io.wirelace.session;

import io.netty.util.concurrent.EventExecutor;
import io.wirelace.transport.Stranded;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of one session, for the session's own tasks and timers. One that fails, or for
 * which there is no memory, ends the session: Netty would only log it, and the session would stay
 * open though nobody does what is left. Any thread.
 */
final class SessionLoop extends Stranded {
  /** Whose loop it is. */
  @FunctionalInterface
  interface Owner {
    /**
     * Ends what an Error has left half-way. On the event loop, and again if there was no memory for
     * it.
     */
    void endHalfway(Throwable cause);
  }

  private final Owner owner;
  private final EventExecutor executor;
  private volatile @Nullable Throwable cause;

  SessionLoop(EventExecutor executor, Owner owner) {
    this.executor = executor;
    this.owner = owner;
  }

  EventExecutor executor() {
    return executor;
  }

  boolean isThisThread() {
    return executor.inEventLoop();
  }

  /** Runs a task: at once on the loop, otherwise later; not at all once the loop ends. */
  void post(Runnable task) {
    if (executor.inEventLoop()) {
      run(task);
    } else if (!executor.isShuttingDown()) {
      boolean unused = execute(task);
    }
  }

  /**
   * Runs a task on the loop, later.
   *
   * @return false if the loop has ended, and the session with it
   */
  boolean execute(Runnable task) {
    try {
      executor.execute(() -> run(task));
    } catch (RejectedExecutionException e) {
      return false;
    } catch (Throwable e) {
      cannotGoOn(e);
    }
    return true;
  }

  /** Runs a task after a delay; null if that cannot be. Event loop only. */
  @Nullable ScheduledFuture<?> schedule(Runnable task, long delayNs) {
    try {
      return executor.schedule(() -> run(task), delayNs, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return null; // the loop has ended, and the session with it
    } catch (Throwable e) {
      cannotGoOn(e);
      return null;
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      cannotGoOn(e);
    }
  }

  /** An Error has left the session half-way: it is ended. Needs no memory; any thread. */
  void cannotGoOn(Throwable why) {
    if (cause == null) {
      cause = why;
    }
    endSoon(executor);
  }

  @Override
  protected void end() {
    Throwable why = cause;
    owner.endHalfway(why == null ? new IllegalStateException("no cause") : why);
  }
}
