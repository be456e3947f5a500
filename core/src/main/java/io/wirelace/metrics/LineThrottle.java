package io.wirelace.metrics;

import io.wirelace.error.PeerText;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lets one line a second through, for what a peer can cause in masses: the first line is written at
 * once, the rest of its second as a number with the last of them. Lines are escaped and cut as
 * {@link PeerText#line} does. Any thread; a line that is held back is never made.
 */
public final class LineThrottle {
  private final Executor aSecondLater;
  private final Consumer<String> output;

  /** 0 while quiet, otherwise one and what this second has held back. */
  private final AtomicLong held = new AtomicLong();

  private volatile Supplier<String> lastHeld = () -> "";

  /** A throttle that writes there, such as {@code log::warn}. */
  public LineThrottle(Consumer<String> output) {
    this(output, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
  }

  /** As above, with the second's end as given. */
  public LineThrottle(Consumer<String> output, Executor aSecondLater) {
    this.aSecondLater = aSecondLater;
    this.output = output;
  }

  /** Writes a line, or counts it. */
  public void tell(Supplier<String> line) {
    if (held.compareAndSet(0, 1)) {
      try {
        output.accept(PeerText.line(line.get()));
        aSecondLater.execute(this::secondOver);
      } catch (Throwable e) {
        held.set(0); // or nothing would ever be written again
        throw e;
      }
    } else {
      lastHeld = line;
      held.incrementAndGet();
    }
  }

  private void secondOver() {
    long more = held.getAndSet(0) - 1;
    Supplier<String> last = lastHeld;
    lastHeld = () -> ""; // it may hold on to much
    if (more > 0) {
      output.accept(PeerText.line(more + " more like it within a second, the last: " + last.get()));
    }
  }
}
