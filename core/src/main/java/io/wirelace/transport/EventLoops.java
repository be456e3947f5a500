package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.wirelace.metrics.LineThrottle;
import io.wirelace.metrics.Trace;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of one server or client, made when first asked for: one group for sockets, one
 * for channels within this process, one for those sockets that the first cannot have.
 */
public final class EventLoops implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);
  private static final LineThrottle FAILURES = new LineThrottle(LOG::error);

  private static final long LOCAL_QUIET_MS = 50;

  private final IoBackend backend;
  private final int threads;
  private final String name;
  private final Duration spinWait;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<FailureListener> failureListeners = new CopyOnWriteArrayList<>();

  /** The threads of all loops. */
  private final List<Thread> running = new CopyOnWriteArrayList<>();

  // Guarded by lock.
  private @Nullable EventLoopGroup sockets;
  private @Nullable EventLoopGroup local;

  private @Nullable EventLoopGroup readiness;

  /** Hears that a loop was thrown out of its work by an Error, and goes on. On that loop. */
  @FunctionalInterface
  public interface FailureListener {
    /**
     * What the loop was at is half done, and events of its sockets may be lost. Called again after
     * a while if this throws.
     */
    void onFailure(EventExecutor loop, Error cause);
  }

  /** Loops that do not run yet, and sleep as soon as they have nothing to do. */
  public EventLoops(IoBackend backend, int threads, String name) {
    this(backend, threads, name, Duration.ZERO);
  }

  /**
   * Loops that do not run yet.
   *
   * @param backend how sockets are watched
   * @param threads how many loops; 0 takes one a processor
   * @param name what their threads are called
   * @param spinWait how long one that has nothing to do may stay awake before it sleeps; zero never
   */
  public EventLoops(IoBackend backend, int threads, String name, Duration spinWait) {
    this.backend = backend.resolve();
    this.threads = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    this.name = name;
    this.spinWait = spinWait;
  }

  /** Whether this thread is an event loop's, which nothing may block. */
  public static boolean isCurrentThread() {
    return Thread.currentThread() instanceof FastThreadLocalThread;
  }

  /** Adds one who hears of loops that failed; until {@link #removeFailureListener}. */
  public void addFailureListener(FailureListener added) {
    failureListeners.add(added);
  }

  /** Takes it out again. */
  public void removeFailureListener(FailureListener removed) {
    failureListeners.remove(removed);
  }

  /** Whether every loop that was asked for works. */
  public boolean areAlive() {
    lock.lock();
    try {
      return isAlive(sockets) && isAlive(readiness) && isAlive(local);
    } finally {
      lock.unlock();
    }
  }

  private static boolean isAlive(@Nullable EventLoopGroup group) {
    if (group != null) {
      for (EventExecutor loop : group) {
        if (loop.isShuttingDown()) {
          return false;
        }
      }
    }
    return true;
  }

  /** How sockets are watched; never AUTO. */
  public IoBackend backend() {
    return backend;
  }

  /** The loops for sockets. */
  public EventLoopGroup sockets() {
    lock.lock();
    try {
      EventLoopGroup group = sockets;
      if (group == null) {
        group = group(backend.factory(), name);
        sockets = group;
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How sockets are watched that Netty's io_uring channels do not serve well: as others, but for
   * io_uring. Its channel for Unix sockets closes both directions at the end of one, and with its
   * channel for datagrams the last answers of a server that stops did not arrive.
   */
  public IoBackend readinessBackend() {
    return backend == IoBackend.IO_URING ? IoBackend.AUTO.resolve() : backend;
  }

  /** The loops of {@link #readinessBackend}: those for other sockets, unless that is io_uring. */
  public EventLoopGroup readinessSockets() {
    if (readinessBackend() == backend) {
      return sockets();
    }
    lock.lock();
    try {
      EventLoopGroup group = readiness;
      if (group == null) {
        group = group(readinessBackend().factory(), name + "-ready");
        readiness = group;
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** The loops for channels within this process. */
  public EventLoopGroup local() {
    lock.lock();
    try {
      EventLoopGroup group = local;
      if (group == null) {
        group = group(LocalIoHandler.newFactory(), name + "-memory");
        local = group;
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** Loops with what watches their sockets; whoever asks for them ends them. */
  EventLoopGroup group(IoHandlerFactory factory, String threadName) {
    ThreadFactory noting =
        new DefaultThreadFactory(threadName, true) {
          @Override
          public Thread newThread(Runnable loop) {
            Thread made = super.newThread(loop);
            running.add(made);
            return made;
          }
        };
    return new Loops(threads, noting, factory, new Waiting(spinWait, failureListeners));
  }

  /** What each loop is given. */
  private record Waiting(Duration spinWait, List<FailureListener> failureListeners) {}

  private static final class Loops extends MultiThreadIoEventLoopGroup {
    Loops(int threads, ThreadFactory threadFactory, IoHandlerFactory ioFactory, Waiting how) {
      super(threads, threadFactory, ioFactory, how);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory ioFactory, Object... how) {
      Loop loop = new Loop(this, executor, ioFactory, (Waiting) how[0]);
      new Drill().endSoon(loop);
      return loop;
    }
  }

  /** Goes the way of what is stranded once, so that all that is needed for it is loaded before. */
  private static final class Drill extends Stranded {
    @Override
    protected void end() {}
  }

  /**
   * A loop that waits as {@link LoopWait} has it, and never ends before its channels. Netty's look
   * whether they are to end before they run tasks, and leave after them: one that is told in
   * between would leave its sockets open, and with them whatever their handlers hold.
   */
  private static final class Loop extends SingleThreadIoEventLoop implements LoopWait.Loop {
    /** Without memory a loop does not sleep, and does not keep a processor busy either. */
    private static final long NO_MEMORY_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LoopWait wait;
    private final IoHandlerContext looking = new Looking();

    private final List<FailureListener> failureListeners;

    /** What goes on when the sockets have been looked at. On this loop only. */
    private final Queue<Runnable> nextTurn = new ArrayDeque<>();

    /** What threw this loop out of its work, as long as not all have heard of it. */
    private volatile @Nullable Error failure;

    /** What is to be ended, the last first; any thread puts it there. */
    private final AtomicReference<@Nullable Stranded> stranded = new AtomicReference<>();

    Loop(Loops parent, Executor executor, IoHandlerFactory ioFactory, Waiting how) {
      super(parent, executor, ioFactory);
      this.wait = new LoopWait(how.spinWait());
      this.failureListeners = how.failureListeners();
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
        for (FailureListener listener : failureListeners) {
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
        return Loop.this.delayNanos(nowNs);
      }

      @Override
      public long deadlineNanos() {
        return Loop.this.deadlineNanos();
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

  /**
   * Runs a task after the sockets of this loop have been looked at again, and before it sleeps. For
   * work that is cut into pieces: Netty runs up to 64 tasks before it looks whether a second has
   * passed, and until then reads nothing. On that event loop.
   */
  public static void nextTurn(EventExecutor executor, Runnable task) {
    if (executor instanceof Loop loop) {
      loop.nextTurn.add(task);
    } else {
      executor.execute(task);
    }
  }

  /** Has a loop of ours end something at its next turn; false if it is none. Any thread. */
  static boolean strand(EventExecutor on, Stranded one) {
    if (on instanceof Loop loop) {
      loop.strand(one);
      return true;
    }
    return false;
  }

  /** The socket of a channel for other threads' writes; null if there is none. On its loop. */
  static @Nullable DirectSocket directSocket(Channel channel) {
    return channel.eventLoop() instanceof Loop loop ? loop.socketOf(channel) : null;
  }

  /** Closes all channels, and ends the loops once the tasks they have are done; does not wait. */
  @Override
  public void close() {
    lock.lock();
    try {
      shutdown(sockets, 0);
      shutdown(readiness, 0);
      // A local channel that closes still has its peer's loop do a task.
      shutdown(local, LOCAL_QUIET_MS);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the loops that were closed have ended, so that the system has their sockets back
   * and no thread of theirs is left. Not from one of the loops.
   *
   * @return whether they have, within that time
   */
  public boolean awaitEnd(Duration most) {
    boolean ended = true;
    long end = System.nanoTime() + most.toNanos();
    for (EventLoopGroup group : groups()) {
      long leftMs = Math.max(0, (end - System.nanoTime()) / 1_000_000);
      ended &= group.terminationFuture().awaitUninterruptibly(leftMs);
    }
    return ended && join(end);
  }

  /** A loop is called terminated a moment before its thread has ended. */
  private boolean join(long endNs) {
    boolean interrupted = Thread.interrupted();
    try {
      for (Thread thread : running) {
        while (thread.isAlive() && endNs - System.nanoTime() > 0) {
          try {
            thread.join(Duration.ofNanos(endNs - System.nanoTime()));
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
      }
      return running.stream().noneMatch(Thread::isAlive);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private List<EventLoopGroup> groups() {
    lock.lock();
    try {
      return Stream.of(sockets, readiness, local)
          .flatMap(Stream::ofNullable)
          .filter(EventLoopGroup::isShuttingDown)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  private static void shutdown(@Nullable EventLoopGroup group, long quietMs) {
    if (group != null) {
      group.shutdownGracefully(quietMs, 2000, TimeUnit.MILLISECONDS);
    }
  }
}
