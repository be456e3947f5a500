package io.wirelace.transport.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.wirelace.config.Defaults;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.AddressRace;
import io.wirelace.transport.AskedAddresses;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.Hosts;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.ReadBuffers;
import io.wirelace.transport.Shares;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * UDP: {@code udp://host:port}, one frame a datagram. Without a host it means loopback, without a
 * port 7420. Neither order nor arrival is promised.
 */
public final class UdpTransport implements Transport {
  /** The longest {@code length} of a frame that fits a datagram, with what proves it. */
  static final int MOST_FRAME_BYTES = DatagramFrame.MOST_BYTES - 4 - Proof.MOST_BYTES;

  private static final WriteBufferWaterMark WATERMARK =
      new WriteBufferWaterMark(64 * 1024, 128 * 1024); // 64 KiB, 128 KiB

  /** Datagrams that one turn of the loop reads before others get theirs. */
  private static final int DATAGRAMS_A_TURN = 64;

  /** Made by ServiceLoader. */
  public UdpTransport() {}

  @Override
  public Set<String> schemes() {
    return Set.of("udp");
  }

  @Override
  public void validate(Endpoint endpoint) {
    EndpointOptions options = new EndpointOptions(endpoint);
    UdpOptions.of(options);
    options.done();
    if (!endpoint.path().isEmpty() && !endpoint.path().equals("/")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "endpoint " + endpoint.uri() + ": udp has no path (expected udp://host:port)");
    }
  }

  // ---- listening ----

  @Override
  public ChannelFuture bind(Endpoint endpoint, TransportContext context) {
    UdpOptions options = UdpOptions.of(new EndpointOptions(endpoint));
    Shares<UdpListener.Seat> seats =
        new Shares<>(
            options.maxPeers(),
            options.maxPeersPerSource(),
            UdpListener.Seat::isSilent,
            System::nanoTime);
    UdpListener listener = new UdpListener(endpoint, options, context, seats);
    InetSocketAddress address = bindAddress(endpoint);
    EventLoop loop = context.loops().readinessSockets().next();
    Bootstrap bootstrap =
        socket(loop, context, options, family(address), listener)
            .option(ChannelOption.SO_REUSEADDR, options.reuseAddress());
    if (address.getAddress().isAnyLocalAddress()) {
      answerAsAsked(
          bootstrap,
          listener,
          options,
          context,
          local -> {
            UdpListener further = new UdpListener(endpoint, options, context, seats);
            return further(socket(loop, context, options, family(local), further), further, local);
          });
    }
    ChannelFuture bound = bootstrap.bind(address);
    // A promise has one channel from the start; the one that the server is to see comes later.
    UdpBound result = new UdpBound(bound.channel(), loop);
    bound.addListener(done -> {
      Throwable failure = done.cause();
      if (failure != null) {
        result.setFailure(failure);
        return;
      }
      UdpServerChannel facade = listener.open();
      result.open(facade);
      InetAddress group = options.group();
      if (group == null) {
        result.setSuccess();
      } else {
        join(endpoint, context, facade, result);
      }
    });
    return result;
  }

  /** A socket on all addresses: puts before its listener what finds the address that was asked. */
  private static void answerAsAsked(
      Bootstrap bootstrap,
      UdpListener listener,
      UdpOptions options,
      TransportContext context,
      AskedAddresses.Opener opener) {
    IoBackend backend = context.loops().readinessBackend();
    AskedAddresses asked = new AskedAddresses(backend, options.reuseAddress(), opener);
    listener.follow(asked);
    if (AskedAddresses.isTold(backend)) {
      bootstrap.option(EpollChannelOption.IP_RECVORIGDSTADDR, true);
    }
    bootstrap.handler(
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(asked, listener);
          }
        });
  }

  /** One more socket of a listener, for one of its addresses. */
  private static ChannelFuture further(
      Bootstrap bootstrap, UdpListener listener, InetSocketAddress local) {
    return bootstrap
        .option(ChannelOption.SO_REUSEADDR, true)
        .bind(local)
        .addListener((ChannelFuture done) -> {
          if (done.isSuccess()) {
            listener.open();
          }
        });
  }

  /** A promise whose channel is known when it succeeds. */
  private static final class UdpBound extends DefaultChannelPromise {
    private volatile @Nullable Channel facade;

    UdpBound(Channel socket, EventLoop loop) {
      super(socket, loop);
    }

    void open(Channel channel) {
      facade = channel;
    }

    @Override
    public Channel channel() {
      Channel opened = facade;
      return opened == null ? super.channel() : opened;
    }
  }

  /** Hears a group by a socket of its own, which the kernel gives nothing else. */
  private static void join(
      Endpoint endpoint, TransportContext context, UdpServerChannel facade, ChannelPromise result) {
    UdpOptions options = UdpOptions.of(new EndpointOptions(endpoint));
    InetAddress group = java.util.Objects.requireNonNull(options.group());
    int port = ((InetSocketAddress) facade.localAddress()).getPort();
    InetSocketAddress address = new InetSocketAddress(group, port);
    ChannelHandler receiver = new GroupReceiver(endpoint, options, context, address);
    ChannelFuture bound =
        socket(facade.eventLoop(), context, options, family(address), receiver)
            .option(ChannelOption.SO_REUSEADDR, true)
            .bind(address);
    bound.addListener(done -> {
      Throwable failure = done.cause();
      if (failure == null) {
        DatagramChannel socket = (DatagramChannel) bound.channel();
        facade.closeFuture().addListener(closed -> socket.close());
        try {
          socket
              .joinGroup(group, networkInterface(endpoint, options, facade), null)
              .addListener(joined -> end(facade, result, joined.cause()));
          return;
        } catch (SocketException | WirelaceException e) {
          failure = e;
        }
      }
      end(facade, result, failure);
    });
  }

  private static void end(
      UdpServerChannel facade, ChannelPromise result, @Nullable Throwable failure) {
    if (failure == null) {
      result.setSuccess();
    } else {
      facade.close();
      result.setFailure(failure);
    }
  }

  private static NetworkInterface networkInterface(
      Endpoint endpoint, UdpOptions options, Channel facade) throws SocketException {
    String name = options.networkInterface();
    InetAddress local = ((InetSocketAddress) facade.localAddress()).getAddress();
    NetworkInterface found;
    if (!name.isEmpty()) {
      found = NetworkInterface.getByName(name);
    } else if (local.isAnyLocalAddress()) {
      found = null;
    } else {
      found = NetworkInterface.getByInetAddress(local);
    }
    if (found == null) {
      throw new WirelaceException(
          ErrorCode.BIND_FAILED,
          "cannot listen on "
              + endpoint.uri()
              + ": "
              + (name.isEmpty()
                  ? "which interface hears the group? (say interface=, such as interface=eth0)"
                  : "there is no interface " + name));
    }
    return found;
  }

  // ---- connecting ----

  @Override
  public ChannelFuture connect(Endpoint endpoint, TransportContext context) {
    UdpOptions options = UdpOptions.of(new EndpointOptions(endpoint));
    AddressRace.Target target =
        new AddressRace.Target(
            host(endpoint),
            port(endpoint),
            Hosts.toConnectFrom(options.bind()),
            options.connectTimeout());
    EventLoop loop = context.loops().readinessSockets().next();
    return AddressRace.connect(
        target,
        loop,
        (address, first) -> {
          UdpClient client = new UdpClient(endpoint, options, context, first);
          Bootstrap bootstrap = socket(loop, context, options, family(address), client);
          return answered(bootstrap.localAddress(target.local()).connect(address), client, loop);
        });
  }

  /** Succeeds when the listener has answered. */
  private static ChannelFuture answered(ChannelFuture connected, UdpClient client, EventLoop loop) {
    ChannelPromise answered = new DefaultChannelPromise(connected.channel(), loop);
    connected.addListener(done -> {
      Throwable failure = done.cause();
      if (failure != null) {
        client.ready().completeExceptionally(failure);
      }
    });
    client
        .ready()
        .whenComplete((nothing, failure) -> {
          if (failure == null) {
            answered.trySuccess();
          } else {
            answered.tryFailure(failure);
          }
        });
    return answered;
  }

  // ---- sockets ----

  private static Bootstrap socket(
      EventLoop loop,
      TransportContext context,
      UdpOptions options,
      @Nullable SocketProtocolFamily family,
      ChannelHandler handler) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channelFactory(() -> context.loops().readinessBackend().datagramSocket(family))
            .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new ReadBuffers().maxMessagesPerRead(DATAGRAMS_A_TURN))
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATERMARK)
            .handler(handler);
    if (options.sendBufferBytes() > 0) {
      bootstrap.option(ChannelOption.SO_SNDBUF, options.sendBufferBytes());
    }
    if (options.receiveBufferBytes() > 0) {
      bootstrap.option(ChannelOption.SO_RCVBUF, options.receiveBufferBytes());
    }
    return bootstrap;
  }

  /** Both families at once where the address is of neither. */
  private static @Nullable SocketProtocolFamily family(InetSocketAddress address) {
    if (address.isUnresolved() || address.getAddress().isAnyLocalAddress()) {
      return null;
    }
    return address.getAddress() instanceof Inet4Address
        ? SocketProtocolFamily.INET
        : SocketProtocolFamily.INET6;
  }

  private static InetSocketAddress bindAddress(Endpoint endpoint) {
    return Hosts.toListen(endpoint, host(endpoint), port(endpoint));
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
    return new Endpoint(
        endpoint.scheme(),
        inet.getAddress().getHostAddress(),
        inet.getPort(),
        endpoint.path(),
        endpoint.options());
  }

  @Override
  public String io(EventLoops loops) {
    return loops.readinessBackend().label();
  }
}
