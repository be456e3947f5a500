package io.wirelace.quic;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.SegmentedDatagramPacket;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.handler.codec.quic.FlushStrategy;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What servers and clients set alike: the UDP socket under a connection, and its transport. */
final class QuicSockets {
  /** Room for the longest datagram of a peer with an ordinary network. */
  private static final int LEAST_RECEIVED_BYTES = 2048;

  private static final int MOST_SEGMENTS = 10;

  /** What the kernel takes in one call: a UDP payload's most. */
  private static final int MOST_GSO_BYTES = 65_507;

  // Linux: <netinet/in.h>.
  private static final IntegerUnixChannelOption IP_MTU_DISCOVER =
      new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);
  private static final IntegerUnixChannelOption IPV6_MTU_DISCOVER =
      new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", 41, 23);
  private static final int IP_PMTUDISC_DONT = 0;
  private static final int IP_PMTUDISC_PROBE = 3;

  /** What the library puts into one datagram at most. */
  private static final int MOST_DATAGRAM_BYTES = 16_383;

  private static final Logger LOG = LoggerFactory.getLogger(QuicSockets.class);

  private QuicSockets() {}

  static Bootstrap bootstrap(
      QuicOptions.Socket options, EventLoops loops, ChannelHandler... handlers) {
    return bootstrap(options, loops, loops.readinessSockets(), handlers);
  }

  /** As the other, on a loop of that group, or on that loop. */
  static Bootstrap bootstrap(
      QuicOptions.Socket options,
      EventLoops loops,
      EventLoopGroup group,
      ChannelHandler... handlers) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channelFactory(() -> loops.readinessBackend().datagramSocket(null))
            .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(receivedBytes(options) * datagramsARead(loops)))
            .handler(
                new io.netty.channel.ChannelInitializer<DatagramChannel>() {
                  @Override
                  protected void initChannel(DatagramChannel channel) {
                    if (options.discoverMtu()) {
                      forbidFragments(channel);
                    }
                    channel.pipeline().addLast(handlers);
                  }
                });
    if (datagramsARead(loops) > 1) {
      bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, receivedBytes(options));
    }
    if (options.sendBufferBytes() > 0) {
      bootstrap.option(ChannelOption.SO_SNDBUF, options.sendBufferBytes());
    }
    if (options.receiveBufferBytes() > 0) {
      bootstrap.option(ChannelOption.SO_RCVBUF, options.receiveBufferBytes());
    }
    return bootstrap;
  }

  /**
   * Datagrams travel whole or not at all (RFC 9000, section 14), so that discovery can see what a
   * path carries. What the kernel has been told about the path is ignored: anybody can say that.
   */
  private static void forbidFragments(DatagramChannel channel) {
    if (!setFragments(channel, IP_PMTUDISC_PROBE, true)) {
      LOG.debug("the system may cut long datagrams in pieces");
    }
  }

  /** Lets the kernel cut datagrams in pieces; false if that cannot be set here. */
  static boolean allowFragments(Channel channel) {
    return setFragments(channel, IP_PMTUDISC_DONT, false);
  }

  private static boolean setFragments(Channel channel, int discovery, boolean whole) {
    if (channel instanceof EpollDatagramChannel) {
      set(channel, IPV6_MTU_DISCOVER, discovery); // where the socket has both families
      return set(channel, IP_MTU_DISCOVER, discovery);
    }
    return channel instanceof NioDatagramChannel
        && set(channel, NioChannelOption.of(ExtendedSocketOptions.IP_DONTFRAGMENT), whole);
  }

  private static <T> boolean set(Channel channel, ChannelOption<T> option, T value) {
    try {
      return channel.config().setOption(option, value);
    } catch (RuntimeException e) {
      LOG.debug("{} could not be set", option, e);
      return false;
    }
  }

  /** epoll takes several datagrams with one call. */
  private static int datagramsARead(EventLoops loops) {
    return isEpoll(loops) ? MOST_SEGMENTS : 1;
  }

  private static boolean isEpoll(EventLoops loops) {
    return loops.readinessBackend() == IoBackend.EPOLL;
  }

  private static int receivedBytes(QuicOptions.Socket options) {
    return Math.max(LEAST_RECEIVED_BYTES, options.datagramBytes());
  }

  /** Several datagrams in one call, where the socket can. */
  @SuppressWarnings("deprecation") // only the one for epoll says whether the system can
  static SegmentedDatagramPacketAllocator segments(QuicOptions.Socket options, EventLoops loops) {
    int segments = Math.min(MOST_SEGMENTS, MOST_GSO_BYTES / options.datagramBytes());
    return options.gso() && segments > 1 && isEpoll(loops) && SegmentedDatagramPacket.isSupported()
        ? new Segments(segments)
        : SegmentedDatagramPacketAllocator.NONE;
  }

  /**
   * As Netty's own ({@code EpollQuicUtils}), whose module does not read the packet's: on the module
   * path that one fails.
   */
  private record Segments(int maxNumSegments) implements SegmentedDatagramPacketAllocator {
    @Override
    public DatagramPacket newPacket(ByteBuf buffer, int segmentSize, InetSocketAddress to) {
      return new io.netty.channel.unix.SegmentedDatagramPacket(buffer, segmentSize, to);
    }
  }

  static void configure(QuicCodecBuilder<?> codec, QuicOptions options) {
    QuicOptions.Streams streams = options.streams();
    codec
        .maxIdleTimeout(options.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .maxSendUdpPayloadSize(Math.min(MOST_DATAGRAM_BYTES, options.socket().datagramBytes()))
        .discoverPmtu(options.socket().discoverMtu())
        .maxRecvUdpPayloadSize(receivedBytes(options.socket()))
        .initialMaxData(streams.connectionWindowBytes())
        .initialMaxStreamDataBidirectionalLocal(streams.windowBytes())
        .initialMaxStreamDataBidirectionalRemote(streams.windowBytes())
        .initialMaxStreamsUnidirectional(0)
        .activeMigration(options.migration())
        .activeConnectionIdLimit(4)
        .congestionControlAlgorithm(options.congestion())
        .flushStrategy(FlushStrategy.DEFAULT);
  }
}
