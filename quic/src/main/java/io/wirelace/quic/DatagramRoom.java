package io.wirelace.quic;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the buffers for one connection's datagrams as large as its {@link PathMtu} allows. The
 * library fills no datagram beyond its buffer, so this bounds them while the connection lives,
 * which no option of Netty's codec does. Event loop only.
 */
final class DatagramRoom extends AbstractByteBufAllocator implements PathMtu.Path {
  private static final PooledByteBufAllocator POOL = PooledByteBufAllocator.DEFAULT;

  private final QuicChannel channel;
  private final SendErrors socket;
  private final PathMtu mtu;

  private DatagramRoom(QuicChannel channel, SendErrors socket) {
    super(true);
    this.channel = channel;
    this.socket = socket;
    long nowNs = System.nanoTime();
    this.mtu =
        socket.discoversMtu() ? PathMtu.withDiscovery(this, nowNs) : PathMtu.plain(this, nowNs);
  }

  /** From now on the datagrams of that connection are watched. */
  static void attach(QuicChannel channel) {
    SendErrors socket = channel.parent().pipeline().get(SendErrors.class);
    if (socket != null) {
      DatagramRoom room = new DatagramRoom(channel, socket);
      channel.config().setAllocator(room);
      socket.follow(channel, room);
    }
  }

  // ---- buffers ----

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    int room = initialCapacity;
    if (room > PathMtu.BASE_BYTES) {
      room = mtu.allow(room, System.nanoTime());
    }
    return POOL.directBuffer(room, maxCapacity);
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return POOL.heapBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public boolean isDirectBufferPooled() {
    return true;
  }

  // ---- what the kernel does not take ----

  /**
   * The kernel did not take datagrams of this connection.
   *
   * @param bytes of each
   * @param several whether they were handed over at once
   */
  void refused(int bytes, boolean several, IOException cause) {
    boolean tooLong = SendErrors.isTooLong(cause);
    if (tooLong && several && bytes > PathMtu.BASE_BYTES) {
      mtu.refusedSeveral(SendErrors.text(cause), System.nanoTime());
    } else if (tooLong && bytes > PathMtu.BASE_BYTES) {
      mtu.refused(bytes, SendErrors.text(cause), System.nanoTime());
    } else if (several && (tooLong || SendErrors.isNotSupported(cause))) {
      channel
          .config()
          .setOption(
              QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
              SegmentedDatagramPacketAllocator.NONE);
      socket.tellOneByOne(cause);
    } else if (tooLong) {
      socket.fragment();
    }
  }

  // ---- the path ----

  @Override
  public PathMtu.@Nullable Counts counts() {
    QuicConnectionStats all = channel.collectStats().getNow();
    QuicConnectionPathStats first = channel.collectPathStats(0).getNow();
    if (all == null || first == null) {
      return null;
    }
    return new PathMtu.Counts(
        all.sent(),
        all.sentBytes(),
        all.streamRetransBytes(),
        all.recv(),
        all.lost(),
        all.lostBytes(),
        first.cwnd(),
        first.rtt());
  }

  @Override
  public void narrowed(String why) {
    socket.narrowed(channel, why);
  }

  @Override
  public void widened() {
    socket.widened(channel);
  }
}
