package io.wirelace.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of one server or client, made when first asked for: one group for sockets, one
 * for channels within this process, one for those sockets that the first cannot have.
 */
public final class EventLoops implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

  private static final long LOCAL_QUIET_MS = 200;

  private final IoBackend backend;
  private final int threads;
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private @Nullable EventLoopGroup sockets;
  private @Nullable EventLoopGroup local;

  private @Nullable EventLoopGroup readiness;

  /**
   * Loops that do not run yet.
   *
   * @param backend how sockets are watched
   * @param threads how many loops; 0 takes one a processor
   * @param name what their threads are called
   */
  public EventLoops(IoBackend backend, int threads, String name) {
    this.backend = backend.resolve();
    this.threads = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    this.name = name;
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

  private EventLoopGroup group(IoHandlerFactory factory, String threadName) {
    return new ClosingLoops(threads, new DefaultThreadFactory(threadName, true), factory);
  }

  /**
   * Loops that never end before their channels. Netty's look whether they are to end before they
   * run tasks, and leave after them: one that is told in between would leave its sockets open, and
   * with them whatever their handlers hold.
   */
  private static final class ClosingLoops extends MultiThreadIoEventLoopGroup {
    ClosingLoops(int threads, ThreadFactory threadFactory, IoHandlerFactory ioHandlerFactory) {
      super(threads, threadFactory, ioHandlerFactory);
    }

    @Override
    protected IoEventLoop newChild(
        Executor executor, IoHandlerFactory ioHandlerFactory, Object... none) {
      return new ClosingLoop(this, executor, ioHandlerFactory);
    }
  }

  private static final class ClosingLoop extends SingleThreadIoEventLoop {
    ClosingLoop(ClosingLoops parent, Executor executor, IoHandlerFactory ioHandlerFactory) {
      super(parent, executor, ioHandlerFactory);
    }

    @Override
    protected boolean confirmShutdown() {
      if (isShuttingDown()) {
        closeChannels();
      }
      boolean over = super.confirmShutdown();
      if (over && !isShutdown() && getNumOfRegisteredChannels() > 0) {
        closeChannels(); // they came with the last tasks
        runAllTasks();
      }
      return over;
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

  /** The socket of a channel for other threads' writes; null if there is none. On its loop. */
  static @Nullable DirectSocket directSocket(Channel channel) {
    return channel.eventLoop() instanceof ClosingLoop loop ? loop.socketOf(channel) : null;
  }

  /** Has the host's name looked up on a thread of its own: that blocks, and loops must not. */
  public static Bootstrap resolvingElsewhere(Bootstrap bootstrap) {
    return bootstrap.resolver(HostResolver.INSTANCE);
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

  private static void shutdown(@Nullable EventLoopGroup group, long quietMs) {
    if (group != null) {
      group.shutdownGracefully(quietMs, 2000, TimeUnit.MILLISECONDS);
    }
  }
}
