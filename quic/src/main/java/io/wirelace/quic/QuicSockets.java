package io.wirelace.quic;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.FlushStrategy;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import java.util.concurrent.TimeUnit;

/** What servers and clients set alike: the UDP socket under a connection, and its transport. */
final class QuicSockets {
  /** Room for the longest datagram of a peer with an ordinary network. */
  private static final int LEAST_RECEIVED_BYTES = 2048;

  private static final int MOST_SEGMENTS = 10;

  /** What the kernel takes in one call: a UDP payload's most. */
  private static final int MOST_GSO_BYTES = 65_507;

  private QuicSockets() {}

  static Bootstrap bootstrap(
      QuicOptions.Socket options, EventLoops loops, ChannelHandler... handlers) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops.readinessSockets())
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
        ? EpollQuicUtils.newSegmentedAllocator(segments)
        : SegmentedDatagramPacketAllocator.NONE;
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
