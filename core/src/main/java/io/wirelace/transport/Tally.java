package io.wirelace.transport;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts something that may come as a flood, and has it told at most once a second: the first at
 * once, the others of that second together at its end. Event loop only.
 */
public final class Tally {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  /** Who is told. */
  @FunctionalInterface
  public interface Teller {
    /**
     * So many came since it was last told.
     *
     * @param last whose one of them was, or empty where they were many
     */
    void tell(long count, String last);
  }

  private final Teller teller;
  private long count;
  private boolean waiting;

  /** With who is told. */
  public Tally(Teller teller) {
    this.teller = teller;
  }

  /**
   * One more.
   *
   * @param whose it was; only the first of a second is worth a text
   * @param loop runs the end of the second; null or shutting down, then each is told at once
   */
  public void add(Object whose, @Nullable EventExecutor loop) {
    count++;
    if (waiting) {
      return;
    }
    tell(String.valueOf(whose));
    if (loop != null && !loop.isShuttingDown()) {
      loop.schedule(this::secondOver, SECOND_NS, TimeUnit.NANOSECONDS);
      waiting = true; // after it: it may find no memory
    }
  }

  private void secondOver() {
    waiting = false;
    tellRest();
  }

  /** Tells what has not been told yet. */
  public void tellRest() {
    if (count > 0) {
      tell("");
    }
  }

  private void tell(String last) {
    long told = count;
    count = 0;
    teller.tell(told, last);
  }
}
