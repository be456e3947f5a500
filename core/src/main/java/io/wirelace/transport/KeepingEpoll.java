package io.wirelace.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Epoll with two things that Netty's does not have.
 *
 * <p>It keeps a socket while there is nothing to watch for. Netty's takes it out then, as after the
 * peer's FIN, and fails when it is to watch again: a write that had to wait for room was lost, and
 * the connection with it. Here such a socket stays in, edge-triggered, so that an error that nobody
 * asked for is told once and not without end.
 *
 * <p>And it lets another thread write to a socket ({@link DirectSocket}).
 */
final class KeepingEpoll implements IoHandler {
  private final IoHandler epoll;

  /** The sockets that are watched. Event loop only. */
  private final IdentityHashMap<IoHandle, Keeping> sockets = new IdentityHashMap<>();

  private KeepingEpoll(IoHandler epoll) {
    this.epoll = epoll;
  }

  static IoHandlerFactory newFactory() {
    IoHandlerFactory factory = EpollIoHandler.newFactory();
    return executor -> new KeepingEpoll(factory.newHandler(executor));
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    EpollIoHandle socket = (EpollIoHandle) handle;
    Keeping keeping = new Keeping(epoll.register(handle), socket);
    sockets.put(handle, keeping);
    return keeping;
  }

  /** The socket that is watched for a handle; null if there is none. Event loop only. */
  @Nullable DirectSocket socketOf(Object handle) {
    return sockets.get(handle);
  }

  private final class Keeping implements IoRegistration, DirectSocket {
    private static final VarHandle USE;
    private static final int FREE = 0;
    private static final int WRITING = 1;
    private static final int ENDED = 2; // a bit of its own: it may still be written to

    private static final int SPINS = 1000;

    static {
      try {
        USE = MethodHandles.lookup().findVarHandle(Keeping.class, "use", int.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final IoRegistration registration;
    private final EpollIoHandle handle;
    private volatile int use = FREE;

    Keeping(IoRegistration registration, EpollIoHandle handle) {
      this.registration = registration;
      this.handle = handle;
    }

    @Override
    public int write(ByteBuffer bytes, int from, int to) throws IOException {
      if (!USE.compareAndSet(this, FREE, WRITING)) {
        return 0;
      }
      try {
        return handle.fd().write(bytes, from, to);
      } finally {
        USE.getAndBitwiseAnd(this, ENDED);
      }
    }

    /**
     * Netty ends the registration before it closes the socket. From now on nobody writes to a
     * descriptor that may soon be another connection's.
     */
    @Override
    public boolean cancel() {
      sockets.remove(handle);
      USE.getAndBitwiseOr(this, ENDED);
      int spins = 0;
      while (use != ENDED) {
        pause(++spins); // the other thread is in a system call that does not wait
      }
      return registration.cancel();
    }

    @SuppressWarnings("ThreadPriorityCheck") // it may need this processor to come back from there
    private static void pause(int spins) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }

    @Override
    public long submit(IoOps ops) {
      return registration.submit(ops.equals(EpollIoOps.NONE) ? EpollIoOps.EPOLLET : ops);
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty declares it
    public <T> T attachment() {
      return registration.attachment();
    }

    @Override
    public boolean isValid() {
      return registration.isValid();
    }
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return epoll.run(context);
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    epoll.destroy();
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return epoll.isCompatible(handleType);
  }
}
