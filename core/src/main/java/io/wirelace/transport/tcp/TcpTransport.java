package io.wirelace.transport.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.wirelace.config.Defaults;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.ReadBuffers;
import io.wirelace.transport.SessionStarter;
import io.wirelace.transport.Transport;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** TCP: {@code tcp://host:port}. Without a host it means loopback, without a port 7420. */
public final class TcpTransport implements Transport {
  // What the kernel has not taken yet: enough to keep it busy, small enough to stay in the cache.
  private static final WriteBufferWaterMark WATERMARK =
      new WriteBufferWaterMark(64 * 1024, 128 * 1024); // 64 KiB, 128 KiB

  /** Made by ServiceLoader. */
  public TcpTransport() {}

  @Override
  public Set<String> schemes() {
    return Set.of("tcp");
  }

  @Override
  public void validate(Endpoint endpoint) {
    TcpOptions.of(endpoint);
    if (!endpoint.path().isEmpty() && !endpoint.path().equals("/")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "endpoint " + endpoint.uri() + ": tcp has no path (expected tcp://host:port)");
    }
  }

  @Override
  public ChannelFuture bind(Endpoint endpoint, EventLoops loops, SessionStarter starter) {
    TcpOptions options = TcpOptions.of(endpoint);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.sockets())
            .channel(loops.backend().serverSocket())
            .option(ChannelOption.SO_BACKLOG, options.backlog())
            .option(ChannelOption.SO_REUSEADDR, options.reuseAddress())
            .childHandler(pipeline(endpoint, starter));
    if (options.receiveBufferBytes() > 0) {
      // On the listener as well: the window's scale is settled before the channel is accepted.
      bootstrap.option(ChannelOption.SO_RCVBUF, options.receiveBufferBytes());
    }
    channelOptions(options).forEach((option, value) -> childOption(bootstrap, option, value));
    return bootstrap.bind(bindAddress(endpoint));
  }

  @Override
  public ChannelFuture connect(Endpoint endpoint, EventLoops loops, SessionStarter starter) {
    TcpOptions options = TcpOptions.of(endpoint);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops.sockets())
            .channel(loops.backend().socket())
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(options.connectTimeout().toMillis(), Integer.MAX_VALUE))
            .handler(pipeline(endpoint, starter));
    channelOptions(options).forEach((option, value) -> option(bootstrap, option, value));
    if (!options.bind().isEmpty()) {
      bootstrap.localAddress(new InetSocketAddress(options.bind(), 0));
    }
    return bootstrap.connect(InetSocketAddress.createUnresolved(host(endpoint), port(endpoint)));
  }

  private static Map<ChannelOption<?>, Object> channelOptions(TcpOptions options) {
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
  private static void childOption(
      ServerBootstrap bootstrap, ChannelOption<?> option, Object value) {
    bootstrap.childOption((ChannelOption<Object>) option, value);
  }

  @SuppressWarnings("unchecked") // as above
  private static void option(Bootstrap bootstrap, ChannelOption<?> option, Object value) {
    bootstrap.option((ChannelOption<Object>) option, value);
  }

  private static ChannelInitializer<Channel> pipeline(Endpoint endpoint, SessionStarter starter) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(TcpEnds.INSTANCE);
        starter.startSession(channel, endpoint);
      }
    };
  }

  private static InetSocketAddress bindAddress(Endpoint endpoint) {
    return endpoint.host().equals("*")
        ? new InetSocketAddress(port(endpoint))
        : new InetSocketAddress(host(endpoint), port(endpoint));
  }

  private static String host(Endpoint endpoint) {
    return endpoint.host().isEmpty() ? Defaults.HOST : endpoint.host();
  }

  private static int port(Endpoint endpoint) {
    return endpoint.port() < 0 ? Defaults.PORT : endpoint.port();
  }

  @Override
  public Endpoint bound(Endpoint endpoint, SocketAddress address) {
    InetSocketAddress inet = (InetSocketAddress) address;
    String host = inet.getAddress().getHostAddress();
    return new Endpoint(
        endpoint.scheme(), host, inet.getPort(), endpoint.path(), endpoint.options());
  }

  @Override
  public String io(EventLoops loops) {
    return loops.backend().label();
  }
}
