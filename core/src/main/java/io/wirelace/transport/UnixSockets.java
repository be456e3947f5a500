package io.wirelace.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.AttributeKey;
import io.wirelace.wire.FrameHeader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens the Unix sockets under byte streams; {@link SocketFile} keeps their files. Stateless. */
final class UnixSockets {
  /** The path that the connection goes by; the kernel knows that under which it was bound. */
  private static final AttributeKey<Path> PATH = AttributeKey.valueOf(UnixSockets.class, "path");

  private UnixSockets() {}

  /** The peer of an accepted connection, which has no path of its own. */
  private static final class Caller extends SocketAddress {
    private static final long serialVersionUID = 1L;

    private final String text;

    Caller(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Where a socket of the JDK is bound, or null where it is not, or not any more. */
  static @Nullable SocketAddress localAddress(NetworkChannel socket) {
    try {
      return socket.getLocalAddress();
    } catch (IOException e) {
      return null;
    }
  }

  /** Listens; succeeds when the socket has appeared at its path. */
  static ChannelFuture bind(
      Endpoint endpoint, TransportContext context, StreamSockets.Above above) {
    EventLoops loops = context.loops();
    UnixSocketOptions options = UnixSocketOptions.of(new EndpointOptions(endpoint));
    SocketFile file = SocketFile.prepare(endpoint, options.mode());
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.readinessSockets())
            .channelFactory(loops.readinessBackend()::unixServerSocket)
            .option(ChannelOption.SO_BACKLOG, options.backlog())
            .handler(new AcceptPause(endpoint, context.listener(), System::nanoTime))
            .childAttr(PATH, file.path())
            .childHandler(StreamSockets.pipeline(above));
    channelOptions(options, loops)
        .forEach((option, value) -> StreamSockets.childOption(bootstrap, option, value));
    ChannelFuture bound = bootstrap.bind(loops.readinessBackend().unixAddress(file.hidden()));
    Channel channel = bound.channel();
    ChannelPromise published = new DefaultChannelPromise(channel, loops.readinessSockets().next());
    bound.addListener(done -> {
      Throwable failure = done.cause();
      if (failure == null) {
        failure = publish(file, channel);
      } else {
        file.discard();
      }
      if (failure == null) {
        published.setSuccess();
      } else {
        published.setFailure(failure);
      }
    });
    return published;
  }

  private static @Nullable Throwable publish(SocketFile file, Channel channel) {
    try {
      file.publish();
      channel.closeFuture().addListener(closed -> file.remove());
      return null;
    } catch (RuntimeException e) {
      channel.close();
      return e;
    }
  }

  /** Connects; succeeds when the socket is connected. */
  static ChannelFuture connect(Endpoint endpoint, EventLoops loops, StreamSockets.Above above) {
    UnixSocketOptions options = UnixSocketOptions.of(new EndpointOptions(endpoint));
    Path path = SocketFile.path(endpoint);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops.readinessSockets())
            .channelFactory(loops.readinessBackend()::unixSocket)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                SocketOptions.connectMillis(options.connectTimeout()))
            .attr(PATH, path)
            .handler(StreamSockets.pipeline(above));
    channelOptions(options, loops)
        .forEach((option, value) -> StreamSockets.option(bootstrap, option, value));
    ChannelFuture connected = bootstrap.connect(loops.readinessBackend().unixAddress(path));
    ChannelPromise explained =
        new DefaultChannelPromise(connected.channel(), loops.readinessSockets().next());
    connected.addListener(done -> {
      Throwable failure = done.cause();
      if (failure == null) {
        explained.setSuccess();
      } else {
        explained.setFailure(explain(path, failure));
      }
    });
    return explained;
  }

  /** Each mechanism words these two in another way, or calls them a refusal. */
  private static Throwable explain(Path path, Throwable failure) {
    if (!(failure instanceof IOException)) {
      return failure;
    }
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return new FileNotFoundException("there is no such socket");
    }
    return Files.isWritable(path)
        ? failure
        : new AccessDeniedException(path.toString(), null, "permission denied");
  }

  private static Map<ChannelOption<?>, Object> channelOptions(
      UnixSocketOptions options, EventLoops loops) {
    Map<ChannelOption<?>, Object> map = new LinkedHashMap<>();
    map.put(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
    map.put(ChannelOption.RECVBUF_ALLOCATOR, new ReadBuffers());
    map.put(ChannelOption.WRITE_BUFFER_WATER_MARK, StreamSockets.WATERMARK);
    if (loops.readinessBackend() != IoBackend.NIO) {
      map.put(ChannelOption.ALLOW_HALF_CLOSURE, true); // ours for NIO always does
    }
    if (options.sendBufferBytes() > 0) {
      map.put(ChannelOption.SO_SNDBUF, options.sendBufferBytes());
    }
    if (options.receiveBufferBytes() > 0) {
      map.put(ChannelOption.SO_RCVBUF, options.receiveBufferBytes());
    }
    return map;
  }

  /** Whether a channel was opened here. */
  static boolean isOne(Channel channel) {
    return channel.hasAttr(PATH);
  }

  /** What is known of such a connection: its path, and who the kernel says the peer is. */
  static Link link(Channel channel, String transport) {
    Optional<PeerIdentity> process = Optional.ofNullable(process(channel));
    SocketAddress server = UnixDomainSocketAddress.of(channel.attr(PATH).get());
    SocketAddress client = new Caller(process.map(PeerIdentity::label).orElse("a local process"));
    boolean accepted = channel.parent() != null;
    return new Link(
        transport,
        accepted ? client : server,
        accepted ? server : new Caller("this process"),
        process,
        FrameHeader.MAX_LENGTH);
  }

  /** SO_PEERCRED and its like; the JDK tells names only, so NIO has none. */
  private static @Nullable PeerIdentity process(Channel channel) {
    try {
      PeerCredentials told =
          switch (channel) {
            case EpollDomainSocketChannel epoll -> epoll.peerCredentials();
            case KQueueDomainSocketChannel kqueue -> kqueue.peerCredentials();
            default -> null;
          };
      if (told == null) {
        return null;
      }
      int[] gids = told.gids();
      int pid = told.pid() > 0 ? told.pid() : -1;
      return new PeerIdentity.LocalProcess(pid, told.uid(), gids.length > 0 ? gids[0] : -1);
    } catch (IOException e) {
      return null; // the peer is gone already
    }
  }
}
