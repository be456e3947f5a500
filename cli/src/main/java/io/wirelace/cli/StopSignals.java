package io.wirelace.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the first signal that asks the program to end (SIGTERM, SIGINT, SIGHUP) from later ones.
 * The JVM by itself forgets every signal after the first, until its shutdown hooks are through.
 *
 * <p>A signal shortly after the first is the same request: a shell and a wrapper (npm, make) both
 * pass Ctrl-C on. Any thread.
 */
final class StopSignals {
  static final Duration SAME = Duration.ofMillis(500);
  private static final List<String> NAMES = List.of("TERM", "INT", "HUP");

  private final Runnable first;
  private final Runnable again;
  private final LongSupplier clockNs;
  private final AtomicReference<@Nullable Long> firstNs = new AtomicReference<>();

  /** The first time one thing, later another; both on threads of the JVM's own. */
  StopSignals(Runnable first, Runnable again, LongSupplier clockNs) {
    this.first = first;
    this.again = again;
    this.clockNs = clockNs;
  }

  /** A signal has come. */
  void onSignal() {
    long now = clockNs.getAsLong();
    if (firstNs.compareAndSet(null, now)) {
      first.run();
      return;
    }
    Long before = firstNs.get();
    if (before != null && now - before >= SAME.toNanos()) {
      again.run();
    }
  }

  /**
   * Takes the signals from the JVM. What cannot be taken stays the JVM's, which runs the shutdown
   * hooks at the first signal: with {@code -Xrs}, or a signal that this system does not have. A
   * signal that the program was started to ignore (nohup) stays ignored.
   *
   * <p>By reflection, because the compiler warns of {@code sun.misc.Signal}, which is all there is,
   * and the warning cannot be silenced.
   */
  void listen() {
    for (String name : NAMES) {
      try {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        MethodHandle mine =
            MethodHandles.lookup()
                .findVirtual(StopSignals.class, "onSignal", MethodType.methodType(void.class))
                .bindTo(this);
        signal
            .getMethod("handle", signal, handler)
            .invoke(
                null,
                signal.getConstructor(String.class).newInstance(name),
                MethodHandleProxies.asInterfaceInstance(
                    handler, MethodHandles.dropArguments(mine, 0, signal)));
      } catch (ReflectiveOperationException e) {
        // the JVM's own way goes on
      }
    }
  }
}
