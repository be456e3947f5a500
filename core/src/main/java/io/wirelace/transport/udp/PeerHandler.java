package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.wirelace.wire.FrameHeader;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a listener does for one proven peer below its session: answers what is left of the
 * handshake, and a HELLO that comes again because its WELCOME was lost. Event loop only.
 */
final class PeerHandler extends DatagramEnds {
  /** For so long a cookie that comes once more is a copy, and its sender may not know that. */
  private static final long YOUNG_NS = TimeUnit.SECONDS.toNanos(2);

  private final UdpListener listener;
  private final PeerChannel channel;
  private final InetSocketAddress source;

  /** Whether its first frame that is no heartbeat has come. */
  private boolean begun;

  private boolean greeted;
  private byte @Nullable [] welcome;
  private @Nullable ChannelHandlerContext context;

  PeerHandler(UdpListener listener, PeerChannel channel, InetSocketAddress source) {
    this.listener = listener;
    this.channel = channel;
    this.source = source;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  boolean isBegun() {
    return true;
  }

  /** For the listener: nothing came for too long. */
  void expire(long silentMs) {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      expire(ctx, silentMs);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = (ByteBuf) message;
    if (DatagramFrame.kind(frame) == FrameHeader.HEARTBEAT && answers(ctx, frame)) {
      frame.release();
    } else if (greeted && DatagramFrame.kind(frame) == FrameHeader.HELLO) {
      frame.release();
      if (welcome != null) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(welcome), ctx.voidPromise());
      }
    } else if (DatagramFrame.isEnd(frame)) {
      heardEnd(ctx, frame);
    } else {
      if (!begun && DatagramFrame.kind(frame) != FrameHeader.HEARTBEAT) {
        begun = true;
        greeted = DatagramFrame.kind(frame) == FrameHeader.HELLO;
      }
      ctx.fireChannelRead(frame);
    }
  }

  /**
   * Whether a heartbeat belongs to the handshake, which the session must not see: HELLO has to be
   * the first frame that it gets, and a cookie is no time.
   */
  private boolean answers(ChannelHandlerContext ctx, ByteBuf frame) {
    if (DatagramFrame.isReply(frame) && listener.proves(source, DatagramFrame.clock(frame))) {
      if (listener.nowNs() - channel.openedNs() < YOUNG_NS) {
        ctx.writeAndFlush(DatagramFrame.signOfLife(), ctx.voidPromise());
      }
      return true;
    }
    if (!begun && DatagramFrame.isProbe(frame)) {
      ctx.writeAndFlush(DatagramFrame.reply(DatagramFrame.clock(frame)), ctx.voidPromise());
    }
    return !begun;
  }

  @Override
  void writeFrames(ChannelHandlerContext ctx, ByteBuf frames, ChannelPromise promise) {
    if (greeted && welcome == null) {
      keepWelcome(frames);
    }
    ctx.write(frames, promise);
  }

  private void keepWelcome(ByteBuf frames) {
    int at = frames.readerIndex();
    while (at < frames.writerIndex()) {
      int bytes = 4 + frames.getInt(at);
      if (frames.getByte(at + FrameHeader.TYPE_OFFSET) == FrameHeader.WELCOME) {
        welcome = ByteBufUtil.getBytes(frames, at, bytes);
        return;
      }
      at += bytes;
    }
  }
}
