package io.wirelace.quic;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.FlushStrategy;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.util.ReferenceCountUtil;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What servers and clients set alike: the UDP socket under a connection, and its transport. */
final class QuicSockets {
  /** Room for the longest datagram of a peer with an ordinary network. */
  private static final int LEAST_RECEIVED_BYTES = 2048;

  private static final int MOST_SEGMENTS = 10;

  /** What the kernel takes in one call: a UDP payload's most. */
  private static final int MOST_GSO_BYTES = 65_507;

  private static final Logger LOG = LoggerFactory.getLogger(QuicSockets.class);
  private static final AtomicBoolean TOLD = new AtomicBoolean();

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
  static SegmentedDatagramPacketAllocator segments(QuicOptions.Socket options, EventLoops loops) {
    int segments = Math.min(MOST_SEGMENTS, MOST_GSO_BYTES / options.datagramBytes());
    return options.gso() && segments > 1 && isEpoll(loops)
        ? segmented(segments)
        : SegmentedDatagramPacketAllocator.NONE;
  }

  /** On the module path Netty's QUIC reads epoll's classes only if it is told to. */
  private static SegmentedDatagramPacketAllocator segmented(int segments) {
    try {
      SegmentedDatagramPacketAllocator allocator = EpollQuicUtils.newSegmentedAllocator(segments);
      // What is not readable shows only when the first packet is made.
      ReferenceCountUtil.release(
          allocator.newPacket(Unpooled.EMPTY_BUFFER, 1, new InetSocketAddress(0)));
      return allocator;
    } catch (LinkageError e) {
      return withoutSegments(e);
    }
  }

  static SegmentedDatagramPacketAllocator withoutSegments(LinkageError why) {
    if (TOLD.compareAndSet(false, true)) {
      LOG.warn(
          "QUIC sends each datagram by itself: {} (on the module path, --add-reads"
              + " io.netty.codec.classes.quic=io.netty.transport.classes.epoll lets it send several"
              + " at once)",
          why.toString());
    }
    return SegmentedDatagramPacketAllocator.NONE;
  }

  static void configure(QuicCodecBuilder<?> codec, QuicOptions options) {
    QuicOptions.Streams streams = options.streams();
    codec
        .maxIdleTimeout(options.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .maxSendUdpPayloadSize(options.socket().datagramBytes())
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
