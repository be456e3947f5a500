package io.wirelace.dispatch;

import io.wirelace.session.MessageSink;
import io.wirelace.transport.VirtualThreads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a session's event loop the carrier of its handlers' virtual thread. The thread runs there
 * and then, within the read that brought its messages; so nobody is woken for a message or for its
 * answer. A handler that waits leaves the loop as it would leave any carrier, and goes on in the
 * JDK's pool: there it may hold a lock that the loop wants, and here nobody would let it go on.
 *
 * <p>Belongs to the event loop. {@link #goOn} is called by the JDK, on the thread that lets the
 * virtual one go on; {@link #sendNow}, {@link #leaveIfLong} and what a task calls by the virtual
 * one.
 */
final class LoopCarrier {
  private static final VarHandle CONTINUATION;

  static {
    try {
      CONTINUATION =
          MethodHandles.lookup().findVarHandle(LoopCarrier.class, "continuation", Runnable.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A batch that takes longer leaves the loop. */
  private static final long LONG_NS = TimeUnit.MILLISECONDS.toNanos(2);

  /**
   * What the JDK knows of this. A thread that a handler starts inherits it, and may outlive session
   * and server; so it lets go of them when the session ends.
   */
  private static final class Scheduler implements Executor {
    private volatile @Nullable LoopCarrier carrier;

    @Override
    public void execute(Runnable next) {
      LoopCarrier session = carrier;
      if (session == null || !session.goOn(next)) {
        VirtualThreads.pool().execute(next);
      }
    }
  }

  private final Scheduler scheduler = new Scheduler();
  private final MessageSink.Flow flow;
  private final Pace pace;
  private final boolean always;
  private final LongSupplier clock;

  /** What lets the session's thread go on; a thread that a handler has started has another. */
  private volatile @Nullable Runnable continuation;

  // The loop's, and its virtual thread's while that runs there.
  private @Nullable Thread starting;
  private @Nullable Runnable first;
  private @Nullable Thread sending;
  private boolean again;
  private long beganNs;

  /** Carries {@code always}, or only while the pace is quick. */
  LoopCarrier(MessageSink.Flow flow, Pace pace, boolean always, LongSupplier clock) {
    this.flow = flow;
    this.pace = pace;
    this.always = always;
    this.clock = clock;
    scheduler.carrier = this;
  }

  /**
   * Runs a task on a virtual thread, here and now, until it ends or waits. The task takes its
   * {@link #continuation} first, and gives it to {@link #ended} at last.
   *
   * @return false if that is for the pool, and nothing was done
   */
  boolean start(Runnable task) {
    long nowNs = clock.getAsLong();
    if (!isWelcome(nowNs) || scheduler.carrier == null) {
      return false;
    }
    beganNs = nowNs;
    Thread thread = VirtualThreads.carriedBy(scheduler, task);
    starting = Thread.currentThread();
    try {
      thread.start(); // calls goOn
    } finally {
      starting = null;
    }
    run(Objects.requireNonNull(first, "the JDK has not asked for a carrier"));
    return true;
  }

  /** The session has ended: what runs goes on in the pool, and nothing is started here any more. */
  void close() {
    scheduler.carrier = null;
  }

  /** One more message has been handled. By the virtual thread. */
  void handled() {
    pace.handled();
  }

  /** The messages handled since the last call took that long in the pool. By its virtual thread. */
  void tookInPool(long ns) {
    pace.tookInPool(ns);
  }

  /** When the task began that was started last. By its virtual thread, as it begins. */
  long beganNs() {
    return beganNs;
  }

  /** Whether a thread may be started here. */
  boolean isWelcome(long nowNs) {
    return always || pace.isQuick(nowNs);
  }

  private void run(Runnable next) {
    first = null;
    do {
      again = false;
      next.run();
      if (again) {
        send();
      }
    } while (again);
    long nowNs = clock.getAsLong();
    pace.tookOnLoop(nowNs - beganNs, nowNs);
  }

  private void send() {
    try {
      flow.sendNow();
    } catch (Throwable e) {
      flow.cannotGoOn(e); // handlers go on all the same
    }
  }

  /** Whether the loop lets it go on; otherwise the pool does. */
  @SuppressWarnings("ReferenceEquality") // that very thread
  private boolean goOn(Runnable next) {
    Thread current = Thread.currentThread();
    if (current == starting) {
      continuation = next;
      first = next;
      return true;
    } else if (next == continuation && current == sending) {
      sending = null;
      again = true;
      return true;
    }
    return false;
  }

  /** Has the loop send what there is, and goes on. By the virtual thread on the loop. */
  @SuppressWarnings("ThreadPriorityCheck") // gives the carrier back, and is continued at once
  void sendNow() {
    sending = VirtualThreads.carrier();
    try {
      Thread.yield();
    } finally {
      sending = null;
    }
  }

  /** Goes on in the pool if this has taken long already. By the virtual thread on the loop. */
  @SuppressWarnings("ThreadPriorityCheck") // gives the carrier back
  void leaveIfLong() {
    if (!always && clock.getAsLong() - beganNs >= LONG_NS) {
      Thread.yield();
    }
  }

  /** What lets the task go on that begins on the loop. By its virtual thread. */
  @Nullable Runnable continuation() {
    return continuation;
  }

  /** A task is over, and another may have begun. By its virtual thread. */
  void ended(@Nullable Runnable itsContinuation) {
    CONTINUATION.compareAndSet(this, itsContinuation, null); // it holds the thread
  }
}
