package io.wirelace.transport;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.NativeLibraries;
import io.wirelace.error.WirelaceException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The mechanism by which sockets are watched and moved. */
public enum IoBackend {
  /** The best of this platform: epoll on Linux, kqueue on macOS, NIO elsewhere. */
  AUTO,
  /** Linux, by Netty's native part. */
  EPOLL,
  /** macOS, by Netty's native part. */
  KQUEUE,
  /** Linux, by choice only: containers often forbid it. */
  IO_URING,
  /** The JDK's own, everywhere. */
  NIO;

  private static final String MULTISHOT = "io.netty.iouring.acceptMultiShotEnabled";

  /** The name as settings and the start-up line spell it: {@code io_uring}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** AUTO resolved to the best that works here; any other as it is. */
  public IoBackend resolve() {
    if (this != AUTO) {
      return this;
    }
    if (EPOLL.whyNot() == null) {
      return EPOLL;
    }
    return KQUEUE.whyNot() == null ? KQUEUE : NIO;
  }

  /** Why this one does not work here, or null if it does. */
  public @Nullable Throwable whyNot() {
    try {
      return switch (this) {
        case AUTO, NIO -> null;
        case EPOLL -> Epoll.unavailabilityCause();
        case KQUEUE -> KQueue.unavailabilityCause();
        case IO_URING -> acceptOneByOne();
      };
    } catch (LinkageError e) {
      return e;
    }
  }

  /**
   * Netty begins a multishot accept anew when it has failed, paused or not: without a descriptor
   * left, that keeps a processor busy. It reads this once, when its class is initialized.
   */
  private static @Nullable Throwable acceptOneByOne() {
    if (System.getProperty(MULTISHOT) == null) {
      System.setProperty(MULTISHOT, "false");
    }
    return IoUring.unavailabilityCause();
  }

  IoHandlerFactory factory() {
    Throwable cause = whyNot();
    if (cause != null) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "io: "
              + label()
              + " does not work here (expected auto or nio): "
              + NativeLibraries.whyNot(cause));
    }
    return switch (resolve()) {
      case EPOLL -> KeepingEpoll.newFactory();
      case KQUEUE -> KQueueIoHandler.newFactory();
      case IO_URING -> IoUringIoHandler.newFactory();
      case NIO, AUTO -> NioIoHandler.newFactory();
    };
  }

  /** The class of a listening TCP channel. */
  public Class<? extends ServerChannel> serverSocket() {
    return switch (resolve()) {
      case EPOLL -> EpollServerSocketChannel.class;
      case KQUEUE -> KQueueServerSocketChannel.class;
      case IO_URING -> IoUringServerSocketChannel.class;
      case NIO, AUTO -> NioServerSocketChannel.class;
    };
  }

  /** The class of a connected TCP channel. */
  public Class<? extends SocketChannel> socket() {
    return switch (resolve()) {
      case EPOLL -> EpollSocketChannel.class;
      case KQUEUE -> KQueueSocketChannel.class;
      case IO_URING -> IoUringSocketChannel.class;
      case NIO, AUTO -> NioSocketChannel.class;
    };
  }

  /** A new channel that will listen on a Unix socket; see {@link EventLoops#readinessBackend}. */
  ServerChannel unixServerSocket() {
    return switch (resolve()) {
      case EPOLL -> new EpollServerDomainSocketChannel();
      case KQUEUE -> new KQueueServerDomainSocketChannel();
      case NIO, AUTO -> new NioUnixServerChannel();
      case IO_URING -> throw new IllegalStateException("no Unix sockets by io_uring");
    };
  }

  /** A new channel that will connect to a Unix socket. */
  DuplexChannel unixSocket() {
    return switch (resolve()) {
      case EPOLL -> new EpollDomainSocketChannel();
      case KQUEUE -> new KQueueDomainSocketChannel();
      case NIO, AUTO -> new NioUnixChannel();
      case IO_URING -> throw new IllegalStateException("no Unix sockets by io_uring");
    };
  }

  /**
   * A new channel for datagrams; see {@link EventLoops#readinessBackend}.
   *
   * @param family of its addresses; null for both
   */
  public DatagramChannel datagramSocket(@Nullable SocketProtocolFamily family) {
    return switch (resolve()) {
      case EPOLL -> new EpollDatagramChannel(family);
      case KQUEUE -> new KQueueDatagramChannel(family);
      case NIO, AUTO -> new NioDatagramChannel(family);
      case IO_URING -> throw new IllegalStateException("no datagrams by io_uring");
    };
  }

  /** The form in which this mechanism takes the address of a Unix socket. */
  SocketAddress unixAddress(Path path) {
    return resolve() == NIO
        ? UnixDomainSocketAddress.of(path)
        : new DomainSocketAddress(path.toString());
  }
}
