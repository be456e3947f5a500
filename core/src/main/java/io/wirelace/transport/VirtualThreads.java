package io.wirelace.transport;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads with a carrier of our choice, an event loop for instance. The JDK can make them,
 * for its own tests, but does not offer it; so this looks for what it needs once, by reflection,
 * and a JVM has to be told that it may: {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
 *
 * <p>Before JDK 24 a virtual thread that waits within {@code synchronized} keeps its carrier, which
 * an event loop cannot bear; there nothing is looked for. Stateless; any thread.
 */
public final class VirtualThreads {
  private static final int LEAST_JDK = 24;
  private static final String NAME = "lace-handler";

  /**
   * What was found.
   *
   * @param make {@code (Executor, String, int, Runnable) -> Thread}
   * @param current {@code () -> Thread}, what carries the current thread, or is it
   * @param pool the carriers of all other virtual threads
   */
  private record Found(MethodHandle make, MethodHandle current, Executor pool) {}

  private static final @Nullable Found FOUND;
  private static final String WHY_NOT;

  static {
    Found found = null;
    String whyNot = "";
    try {
      if (Runtime.version().feature() < LEAST_JDK) {
        whyNot = "JDK " + Runtime.version().feature() + " (expected " + LEAST_JDK + " or newer)";
      } else {
        found = look();
      }
    } catch (InaccessibleObjectException e) {
      Module asking = VirtualThreads.class.getModule();
      String name = asking.isNamed() ? asking.getName() : "ALL-UNNAMED";
      whyNot = "the JVM was not started with --add-opens java.base/java.lang=" + name;
    } catch (ReflectiveOperationException | RuntimeException e) {
      whyNot = "this JDK has no such threads: " + e;
    }
    FOUND = found;
    WHY_NOT = whyNot;
  }

  private VirtualThreads() {}

  private static Found look() throws ReflectiveOperationException {
    Method make =
        Class.forName("java.lang.ThreadBuilders")
            .getDeclaredMethod(
                "newVirtualThread", Executor.class, String.class, int.class, Runnable.class);
    make.setAccessible(true);
    Method pool = Class.forName("java.lang.VirtualThread").getDeclaredMethod("defaultScheduler");
    pool.setAccessible(true);
    Method current = Thread.class.getDeclaredMethod("currentCarrierThread");
    current.setAccessible(true);
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    return new Found(
        lookup.unreflect(make), lookup.unreflect(current), (Executor) pool.invoke(null));
  }

  /** Why their carrier cannot be chosen in this JVM; empty if it can. */
  public static Optional<String> whyNotCarried() {
    return FOUND == null ? Optional.of(WHY_NOT) : Optional.empty();
  }

  /**
   * The platform thread that runs what runs now: the current one, or what carries it. If that is an
   * event loop's, the loop itself stands still, until the virtual thread waits for something.
   */
  public static Thread carrier() {
    Found found = FOUND;
    if (found == null) {
      return Thread.currentThread();
    }
    try {
      return (Thread) found.current().invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("the carrier is not known", e);
    }
  }

  /**
   * Has the current thread go on in the pool if it is a virtual one that an event loop carries:
   * before it gets something that only a loop can complete, and that it may poll for.
   */
  @SuppressWarnings("ThreadPriorityCheck") // gives the carrier back
  public static void leaveLoop() {
    if (Thread.currentThread().isVirtual() && carrier() instanceof FastThreadLocalThread) {
      Thread.yield();
    }
  }

  /** Starts one that the JDK's pool carries. */
  public static void start(Runnable task) {
    Thread.ofVirtual().name(NAME).start(task);
  }

  /** Makes one whose every run is handed to an executor, which has a platform thread do it. */
  public static Thread carriedBy(Executor carrier, Runnable task) {
    try {
      return (Thread) found().make().invokeExact(carrier, NAME, 0, task);
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a virtual thread cannot be made", e);
    }
  }

  /** The JDK's pool, which takes over what another carrier does not want any more. */
  public static Executor pool() {
    return found().pool();
  }

  private static Found found() {
    Found found = FOUND;
    if (found == null) {
      throw new IllegalStateException(WHY_NOT);
    }
    return found;
  }
}
