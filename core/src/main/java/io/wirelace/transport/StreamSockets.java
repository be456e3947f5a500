package io.wirelace.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.wirelace.config.Defaults;
import java.nio.channels.ClosedChannelException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Opens the TCP sockets under every transport that needs a byte stream ({@link UnixSockets} does
 * where the endpoint names a file), each with the same options and buffers, and with {@link
 * StreamEnds} as the first handler. Stateless.
 */
final class StreamSockets {
  // What the kernel has not taken yet: enough to keep it busy, small enough to stay in the cache.
  static final WriteBufferWaterMark WATERMARK =
      new WriteBufferWaterMark(64 * 1024, 128 * 1024); // 64 KiB, 128 KiB

  private StreamSockets() {}

  /** What goes on above the socket. */
  @FunctionalInterface
  interface Above {
    /**
     * Adds the handlers above the byte stream. On the event loop, when the channel is connected.
     */
    void addTo(Channel channel);
  }

  /** Reads the options of the kind of socket that the endpoint names. */
  static void readOptions(EndpointOptions options) {
    if (options.endpoint().isSocketFile()) {
      UnixSocketOptions.of(options);
    } else {
      SocketOptions.of(options);
    }
  }

  /** Listens; each accepted channel is given to {@code above}. */
  static ChannelFuture bind(Endpoint endpoint, TransportContext context, Above above) {
    if (endpoint.isSocketFile()) {
      return UnixSockets.bind(endpoint, context, above);
    }
    EventLoops loops = context.loops();
    SocketOptions options = SocketOptions.of(new EndpointOptions(endpoint));
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.sockets())
            .channel(loops.backend().serverSocket())
            .option(ChannelOption.SO_BACKLOG, options.backlog())
            .option(ChannelOption.SO_REUSEADDR, options.reuseAddress())
            .handler(new AcceptPause(endpoint, context.listener(), System::nanoTime))
            .childHandler(pipeline(above));
    if (options.receiveBufferBytes() > 0) {
      // On the listener as well: the window's scale is settled before the channel is accepted.
      bootstrap.option(ChannelOption.SO_RCVBUF, options.receiveBufferBytes());
    }
    channelOptions(options).forEach((option, value) -> childOption(bootstrap, option, value));
    return bootstrap.bind(Hosts.toListen(endpoint, host(endpoint), port(endpoint)));
  }

  /** Connects; succeeds when the socket is connected. */
  static ChannelFuture connect(Endpoint endpoint, EventLoops loops, Above above) {
    if (endpoint.isSocketFile()) {
      return UnixSockets.connect(endpoint, loops, above);
    }
    SocketOptions options = SocketOptions.of(new EndpointOptions(endpoint));
    AddressRace.Target target =
        new AddressRace.Target(
            host(endpoint),
            port(endpoint),
            Hosts.toConnectFrom(options.bind()),
            options.connectTimeout());
    EventLoop loop = loops.sockets().next();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(loops.backend().socket())
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                SocketOptions.connectMillis(options.connectTimeout()))
            .option(ChannelOption.AUTO_READ, false) // until it is known whether it is wanted
            .localAddress(target.local())
            .handler(pipeline(channel -> channel.pipeline().addLast(new EarlyReads())));
    channelOptions(options).forEach((option, value) -> option(bootstrap, option, value));
    return AddressRace.connect(
        target,
        loop,
        (address, first) -> {
          ChannelFuture connected = bootstrap.connect(address);
          ChannelPromise ready = new DefaultChannelPromise(connected.channel(), loop);
          connected.addListener(done -> {
            Throwable failure = done.cause();
            if (failure != null) {
              ready.tryFailure(failure);
            } else {
              // In a task: the channel tells that it is active first.
              loop.execute(() -> begin(above, first, ready));
            }
          });
          return ready;
        });
  }

  /** A socket is connected: what goes on above it begins, if it is the first. */
  private static void begin(Above above, BooleanSupplier first, ChannelPromise ready) {
    Channel channel = ready.channel();
    if (!channel.isActive() || !first.getAsBoolean()) {
      channel.close();
      ready.tryFailure(new ClosedChannelException());
      return;
    }
    try {
      channel.config().setAutoRead(true);
      above.addTo(channel);
      ready.trySuccess();
      channel.pipeline().remove(EarlyReads.class);
    } catch (RuntimeException e) {
      channel.close();
      ready.tryFailure(e);
    }
  }

  private static Map<ChannelOption<?>, Object> channelOptions(SocketOptions options) {
    Map<ChannelOption<?>, Object> map = new LinkedHashMap<>();
    map.put(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
    map.put(ChannelOption.RECVBUF_ALLOCATOR, new ReadBuffers());
    map.put(ChannelOption.WRITE_BUFFER_WATER_MARK, WATERMARK);
    map.put(ChannelOption.ALLOW_HALF_CLOSURE, true);
    map.put(ChannelOption.TCP_NODELAY, options.nodelay());
    map.put(ChannelOption.SO_KEEPALIVE, options.keepAlive());
    if (options.sendBufferBytes() > 0) {
      map.put(ChannelOption.SO_SNDBUF, options.sendBufferBytes());
    }
    if (options.receiveBufferBytes() > 0) {
      map.put(ChannelOption.SO_RCVBUF, options.receiveBufferBytes());
    }
    return map;
  }

  @SuppressWarnings("unchecked") // the map above pairs each option with a value of its type
  static void childOption(ServerBootstrap bootstrap, ChannelOption<?> option, Object value) {
    bootstrap.childOption((ChannelOption<Object>) option, value);
  }

  @SuppressWarnings("unchecked") // as above
  static void option(Bootstrap bootstrap, ChannelOption<?> option, Object value) {
    bootstrap.option((ChannelOption<Object>) option, value);
  }

  static ChannelInitializer<Channel> pipeline(Above above) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(StreamEnds.INSTANCE);
        above.addTo(channel);
      }
    };
  }

  static String host(Endpoint endpoint) {
    return endpoint.host().isEmpty() ? Defaults.HOST : endpoint.host();
  }

  static int port(Endpoint endpoint) {
    return endpoint.port() < 0 ? Defaults.PORT : endpoint.port();
  }
}
