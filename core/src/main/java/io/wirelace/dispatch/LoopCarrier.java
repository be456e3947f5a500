package io.wirelace.dispatch;

import io.wirelace.session.MessageSink;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a session's event loop the carrier of its handlers' virtual thread. The thread runs there
 * and then, within the read that brought its messages, until it waits for something; so nobody is
 * woken for a message or for its answer. A handler that waits leaves the loop as it would leave any
 * carrier, and comes back to it, or goes on in the JDK's pool if the session has become slow.
 *
 * <p>Belongs to the event loop. {@link #execute} is called by the JDK, on the thread that lets the
 * virtual one go on; {@link #sendNow} by the virtual thread.
 */
final class LoopCarrier implements Executor {
  private final MessageSink.Flow flow;
  private final Executor loop;
  private final Thread loopThread = Thread.currentThread();
  private final Pace pace;
  private final boolean always;
  private final LongSupplier clock;

  /** What lets the session's thread go on; a thread that a handler has started has another. */
  private volatile @Nullable Runnable continuation;

  // Event loop only.
  private boolean starting;
  private boolean again;
  private @Nullable Thread thread;

  /** Whether the thread leaves the loop only for what it has answered to be sent. */
  private boolean sending;

  /** For the event loop that this is called on; {@code always}, or only while the pace is quick. */
  LoopCarrier(MessageSink.Flow flow, Pace pace, boolean always, LongSupplier clock) {
    this.flow = flow;
    this.loop = flow.loop();
    this.pace = pace;
    this.always = always;
    this.clock = clock;
  }

  /** Whether the next thread should be started here. */
  boolean isWelcome() {
    return always || pace.isQuick(flow.readNs());
  }

  /** Runs a task on a virtual thread, here and now, until it ends or waits. */
  void start(Runnable task) {
    Thread started = VirtualThreads.carriedBy(this, task);
    thread = started;
    starting = true;
    try {
      started.start(); // calls execute
    } finally {
      starting = false;
    }
    Runnable first = continuation;
    if (first == null) {
      throw new IllegalStateException("the JDK has not asked for a carrier");
    }
    run(first, flow.readNs());
  }

  private void run(Runnable next, long beganNs) {
    do {
      again = false;
      flow.carry(thread);
      next.run();
      flow.carry(null);
      if (again) {
        flow.sendNow();
      }
    } while (again);
    long nowNs = clock.getAsLong();
    pace.tookOnLoop(nowNs - beganNs, nowNs);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // that very thread
  public void execute(Runnable next) {
    if (Thread.currentThread() == loopThread) {
      if (starting) {
        continuation = next;
        return;
      }
      if (sending) {
        again = true;
        return;
      }
    }
    if (next != continuation) { // of a thread that a handler has started
      VirtualThreads.pool().execute(next);
      return;
    }
    if (always || pace.isQuick(clock.getAsLong())) {
      try {
        loop.execute(() -> run(next, clock.getAsLong()));
        return;
      } catch (RejectedExecutionException e) {
        // The loop has ended, and its sessions with it; the handler may still have things to do.
      }
    }
    VirtualThreads.pool()
        .execute(() -> {
          flow.carry(null);
          next.run();
        });
  }

  /** Has the loop send what there is, and goes on. On the session's thread, carried. */
  @SuppressWarnings("ThreadPriorityCheck") // gives the carrier back, and is continued at once
  void sendNow() {
    sending = true;
    Thread.yield();
    sending = false;
  }
}
