package io.wirelace.transport;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Something on an event loop that an Error has left half-way, and that must be ended even though
 * there may be no memory for a task. It is its own place in the loop's list, so that to put it
 * there takes none; and the loop tries again at each of its turns until {@link #end} returns.
 */
public abstract class Stranded {
  /** No VarHandle: the first use of one needs memory. */
  private static final AtomicIntegerFieldUpdater<Stranded> LISTED =
      AtomicIntegerFieldUpdater.newUpdater(Stranded.class, "listed");

  /** 1 if it is in the list, otherwise 0. By the updater; it comes out on its event loop. */
  volatile int listed;

  /** The next in the list; its event loop's, and before that its thread's that lists it. */
  @Nullable Stranded next;

  /** Not stranded. */
  protected Stranded() {}

  /**
   * Ends what cannot go on. On the event loop; called again a little later when this throws for
   * want of memory.
   */
  protected abstract void end();

  /**
   * It has left the list, and may come back while it ends. Event loop only.
   *
   * @return false if there was no memory
   */
  final boolean tryToEnd() {
    next = null;
    listed = 0;
    try {
      end();
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  /** Has the loop end it soon. Any thread, any number of times; allocates nothing. */
  public final void endSoon(EventExecutor loop) {
    if (!LISTED.compareAndSet(this, 0, 1) || EventLoops.strand(loop, this)) {
      return;
    }
    try {
      loop.execute(() -> {
        if (!tryToEnd()) {
          endSoon(loop);
        }
      });
    } catch (RejectedExecutionException e) {
      return; // the loop has ended, and all that was on it
    }
  }
}
