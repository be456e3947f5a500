package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.wirelace.metrics.LineThrottle;
import io.wirelace.metrics.Trace;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop that waits as {@link LoopWait} has it, and never ends before its channels. Netty's look
 * whether they are to end before they run tasks, and leave after them: one that is told in between
 * would leave its sockets open, and with them whatever their handlers hold. And it goes on after an
 * Error, when those who can tell have ended what that has left half-way.
 */
final class SteadyLoop extends SingleThreadIoEventLoop implements LoopWait.Loop {
  private static final Logger LOG = LoggerFactory.getLogger(SteadyLoop.class);
  private static final LineThrottle FAILURES = new LineThrottle(LOG::error);

  /** Without memory a loop does not sleep, and does not keep a processor busy either. */
  private static final long NO_MEMORY_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final LoopWait wait;
  private final IoHandlerContext looking = new Looking();

  private final List<EventLoops.FailureListener> failureListeners;

  /** What goes on when the sockets have been looked at. On this loop only. */
  private final Queue<Runnable> nextTurn = new ArrayDeque<>();

  /** What threw this loop out of its work, as long as not all have heard of it. */
  private volatile @Nullable Error failure;

  /** What is to be ended, the last first; any thread puts it there. */
  private final AtomicReference<@Nullable Stranded> stranded = new AtomicReference<>();

  /** What each loop is given. */
  record Waiting(Duration spinWait, List<EventLoops.FailureListener> failureListeners) {}

  /** Goes the way of what is stranded once, so that all that is needed for it is loaded before. */
  private static final class Drill extends Stranded {
    @Override
    protected void end() {}
  }

  private SteadyLoop(
      IoEventLoopGroup parent, Executor executor, IoHandlerFactory ioFactory, Waiting how) {
    super(parent, executor, ioFactory);
    this.wait = new LoopWait(how.spinWait());
    this.failureListeners = how.failureListeners();
  }

  /** One of a group. */
  static SteadyLoop of(
      IoEventLoopGroup parent, Executor executor, IoHandlerFactory ioFactory, Waiting how) {
    SteadyLoop loop = new SteadyLoop(parent, executor, ioFactory, how);
    new Drill().endSoon(loop);
    return loop;
  }

  /** As {@link EventLoops#nextTurn}. On this loop. */
  void nextTurn(Runnable task) {
    nextTurn.add(task);
  }

  /**
   * Netty's loops end at an Error, such as when there is no memory for a moment, and leave their
   * channels without anybody. This one goes on; those who can tell end what may be half done.
   */
  @Override
  protected void run() {
    while (true) {
      try {
        super.run();
        return;
      } catch (Error e) {
        if (isShuttingDown()) {
          throw e;
        }
        failure = e;
      }
    }
  }

  @Override
  protected int runIo() {
    if (hasToRecover() && !recover()) {
      LockSupport.parkNanos(NO_MEMORY_NS);
      return look(); // and again at the next turn
    }
    if (nextTurn.isEmpty()) {
      return wait.await(this);
    }
    int done = look();
    runNextTurn();
    return done;
  }

  /** Hands what waits for this turn to the tasks, which are next. */
  private void runNextTurn() {
    for (Runnable task = nextTurn.poll(); task != null; task = nextTurn.poll()) {
      execute(task);
    }
  }

  private boolean hasToRecover() {
    return failure != null || stranded.get() != null;
  }

  /** As a task would, it keeps the loop from sleeping. */
  @Override
  protected boolean hasTasks() {
    return super.hasTasks() || hasToRecover();
  }

  /** Whether all is done; there may be no memory for it yet. */
  private boolean recover() {
    Error cause = failure;
    boolean told = cause == null || tellFailure(cause);
    return endStranded() && told;
  }

  private boolean tellFailure(Error cause) {
    try {
      for (EventLoops.FailureListener listener : failureListeners) {
        listener.onFailure(this, cause);
      }
      failure = null;
      FAILURES.tell(
          () -> "an event loop was thrown out of its work, and goes on: " + Trace.line(cause));
    } catch (OutOfMemoryError e) {
      return failure == null; // it was the line in the log that found no memory
    } catch (Throwable e) {
      failure = null;
      FAILURES.tell(
          () -> "sessions of an event loop that failed could not be ended: " + Trace.line(e));
    }
    return true;
  }

  /** To be ended at the loop's next turn. Any thread. */
  void strand(Stranded one) {
    Stranded top;
    do {
      top = stranded.get();
      one.next = top;
    } while (!stranded.compareAndSet(top, one));
    wakeup(inEventLoop());
  }

  private static void tellNotEnded(Throwable cause) {
    try {
      FAILURES.tell(
          () -> "what an Error had left half-way could not be ended: " + Trace.line(cause));
    } catch (OutOfMemoryError e) {
      Thread.onSpinWait(); // there are others to be ended
    }
  }

  private boolean endStranded() {
    boolean all = true;
    Stranded one = stranded.getAndSet(null);
    while (one != null) {
      Stranded following = one.next;
      try {
        if (!one.tryToEnd()) {
          one.endSoon(this);
          all = false;
        }
      } catch (Throwable e) {
        tellNotEnded(e);
      }
      one = following;
    }
    return all;
  }

  @Override
  public boolean isIdle() {
    return !hasTasks() && !hasScheduledTasks(); // those that are due
  }

  @Override
  public int look() {
    return ioHandler().run(looking);
  }

  @Override
  public int sleep() {
    return super.runIo();
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // what else lets another thread have the processor
  public void letOthersRun() {
    Thread.yield();
  }

  /** For what watches the sockets: it may not wait. */
  private final class Looking implements IoHandlerContext {
    @Override
    public boolean canBlock() {
      return false;
    }

    @Override
    public long delayNanos(long nowNs) {
      return SteadyLoop.this.delayNanos(nowNs);
    }

    @Override
    public long deadlineNanos() {
      return SteadyLoop.this.deadlineNanos();
    }
  }

  @Override
  protected boolean confirmShutdown() {
    if (isShuttingDown()) {
      closeChannels();
      runLastTurn();
    }
    boolean over = super.confirmShutdown();
    if (over && !isShutdown() && getNumOfRegisteredChannels() > 0) {
      closeChannels(); // they came with the last tasks
      runAllTasks();
    }
    if (over) {
      runLastTurn();
    }
    return over;
  }

  /** There may be no other turn, and the loop may take no more tasks. */
  private void runLastTurn() {
    for (int left = nextTurn.size(); left > 0; left--) {
      try {
        nextTurn.remove().run();
      } catch (RuntimeException e) {
        LOG.warn("the last task of an event loop failed", e);
      }
    }
  }

  private void closeChannels() {
    try {
      ioHandler().prepareToDestroy();
    } catch (RuntimeException e) {
      LOG.warn("channels of an event loop that ends could not be closed", e);
    }
  }

  @Nullable DirectSocket socketOf(Channel channel) {
    return ioHandler() instanceof KeepingEpoll epoll ? epoll.socketOf(channel.unsafe()) : null;
  }
}
