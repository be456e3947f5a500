package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.LineThrottle;
import io.wirelace.metrics.Trace;
import io.wirelace.transport.DatagramDrops;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.Link;
import io.wirelace.transport.TransportContext;
import io.wirelace.wire.FrameHeader;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Hears a multicast group: NOTIFICATIONs of any source go to one session for the whole group, all
 * else is dropped, and nothing is ever answered. Who sends to a group is not known and cannot be
 * asked; so the session of a group is worth what the network lets in. Event loop only.
 */
final class GroupReceiver extends ChannelInboundHandlerAdapter implements PeerChannel.Socket {
  private static final LineThrottle FAILURES =
      new LineThrottle(LoggerFactory.getLogger(GroupReceiver.class)::warn);

  private final Endpoint endpoint;
  private final UdpOptions options;
  private final TransportContext context;
  private final InetSocketAddress group;
  private final DatagramDrops drops;

  private @Nullable PeerChannel session;

  GroupReceiver(
      Endpoint endpoint, UdpOptions options, TransportContext context, InetSocketAddress group) {
    this.endpoint = endpoint;
    this.options = options;
    this.context = context;
    this.group = group;
    this.drops =
        new DatagramDrops(
            endpoint.uri() + " group " + group.getAddress().getHostAddress(), context.listener());
  }

  /** Its session writes to nobody: its end is only for itself. */
  private static final class Ends extends DatagramEnds {
    @Override
    boolean isBegun() {
      return false;
    }

    @Override
    boolean isProved() {
      return false;
    }

    @Override
    void ask(ChannelHandlerContext ctx) {
      // Nobody is there to be asked.
    }

    @Override
    void writeFrames(ChannelHandlerContext ctx, ByteBuf frames, ChannelPromise promise) {
      ctx.write(frames, promise);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    drops.start(ctx.executor());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    DatagramPacket packet = (DatagramPacket) message;
    ByteBuf frame = packet.content();
    if (!isForAll(frame)) {
      drops.drop(Drop.FOREIGN, packet.sender());
      frame.release();
      return;
    }
    PeerChannel channel = session;
    if (channel == null) {
      channel = start(ctx.channel());
    }
    channel.receive(frame, System.nanoTime());
  }

  /** Whether the session can take it, whatever its payload: nobody may end it for the others. */
  private boolean isForAll(ByteBuf frame) {
    return DatagramFrame.isWhole(frame)
        && DatagramFrame.kind(frame) == FrameHeader.NOTIFICATION
        && frame.readableBytes() - 4 <= context.starter().maxFrameBytes();
  }

  private PeerChannel start(Channel socket) {
    PeerChannel channel =
        new PeerChannel(socket, this, group, options.inboundBytes(), System.nanoTime());
    session = channel;
    channel.pipeline().addLast(new Ends());
    socket.eventLoop().register(channel);
    // With no room for any payload, so that a send is refused instead of going nowhere.
    context
        .starter()
        .startSession(
            channel, Link.of(channel, endpoint.scheme()).withMaxFrameBytes(FrameHeader.MIN_LENGTH));
    return channel;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    PeerChannel channel = session;
    if (channel != null) {
      channel.readComplete();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public boolean canSend(PeerChannel peer, int bytes) {
    return true;
  }

  /** What a session says by itself goes nowhere, too. */
  @Override
  public void send(ByteBuf frame, PeerChannel peer) {
    frame.release();
    drops.drop(Drop.UNSENT, peer.remoteAddress());
  }

  @Override
  public void flush() {
    // Nothing is ever sent.
  }

  @Override
  public void overrun(PeerChannel peer) {
    drops.drop(Drop.OVERRUN, peer.remoteAddress());
  }

  @Override
  public void closed(PeerChannel peer) {
    session = null; // the next notification starts another
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    FAILURES.tell(() -> "reading from group " + group + " failed: " + Trace.line(cause));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    drops.stop();
    ctx.fireChannelInactive();
  }
}
