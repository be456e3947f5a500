package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of one server or client, made when first asked for: one group for sockets, one
 * for channels within this process, one for those sockets that the first cannot have.
 */
public final class EventLoops implements AutoCloseable {
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
    return new Loops(threads, noting, factory, new SteadyLoop.Waiting(spinWait, failureListeners));
  }

  private static final class Loops extends MultiThreadIoEventLoopGroup {
    Loops(
        int threads,
        ThreadFactory threadFactory,
        IoHandlerFactory ioFactory,
        SteadyLoop.Waiting how) {
      super(threads, threadFactory, ioFactory, how);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory ioFactory, Object... how) {
      return SteadyLoop.of(this, executor, ioFactory, (SteadyLoop.Waiting) how[0]);
    }
  }

  /**
   * Runs a task after the sockets of this loop have been looked at again, and before it sleeps. For
   * work that is cut into pieces: Netty runs up to 64 tasks before it looks whether a second has
   * passed, and until then reads nothing. On that event loop.
   */
  public static void nextTurn(EventExecutor executor, Runnable task) {
    if (executor instanceof SteadyLoop loop) {
      loop.nextTurn(task);
    } else {
      executor.execute(task);
    }
  }

  /** Has a loop of ours end something at its next turn; false if it is none. Any thread. */
  static boolean strand(EventExecutor on, Stranded one) {
    if (on instanceof SteadyLoop loop) {
      loop.strand(one);
      return true;
    }
    return false;
  }

  /** The socket of a channel for other threads' writes; null if there is none. On its loop. */
  static @Nullable DirectSocket directSocket(Channel channel) {
    return channel.eventLoop() instanceof SteadyLoop loop ? loop.socketOf(channel) : null;
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
