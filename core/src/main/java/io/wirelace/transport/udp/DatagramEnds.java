package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.EndOfStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The end of a conversation by datagrams, which have no FIN: an ERROR about the connection, -603
 * unless another was told, says that nothing more comes. It may be lost; then the peer's idle
 * timeout finds out. There is no half of an end: who has told it waits for nothing more. Event loop
 * only.
 */
abstract class DatagramEnds extends ChannelDuplexHandler {
  private final Doubt doubt = new Doubt();
  private boolean told;
  private boolean heard;

  /** Whether there is a conversation to end. */
  abstract boolean isBegun();

  /** Whether what has come is known to be the peer's own. */
  abstract boolean isProved();

  /** Sends the peer a probe that only the peer itself can answer. */
  abstract void ask(ChannelHandlerContext ctx);

  /** The peer has shown that it is there. */
  final boolean isThere() {
    return doubt.clear();
  }

  /** Something that anybody could forge says that the peer is gone. */
  final void suspect(ChannelHandlerContext ctx) {
    if (!isOver()) {
      doubt.begin(ctx, () -> ask(ctx), () -> lost(ctx));
    }
  }

  /** Whether the peer's end has been heard, or ours told. */
  final boolean isOver() {
    return told || heard;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message != EndOfStream.INSTANCE) {
      writeFrames(ctx, (ByteBuf) message, promise);
      return;
    }
    ByteBuf end = end(ErrorCode.CONNECTION_CLOSED, "");
    if (end == null) {
      promise.setSuccess();
      ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
    } else {
      writeAndFlush(ctx, end)
          .addListener(done -> {
            promise.trySuccess();
            ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
          });
    }
  }

  private ChannelFuture writeAndFlush(ChannelHandlerContext ctx, ByteBuf frame) {
    return ctx.writeAndFlush(signed(ctx, frame))
        .addListener(done -> {
          if (done.cause() instanceof IOException cause
              && !(cause instanceof ClosedChannelException)) {
            unsent(cause);
          }
        });
  }

  /** The network did not take a datagram of this layer. */
  void unsent(IOException cause) {
    // Where the channel is not the socket itself, the socket counts it.
  }

  /** A frame of this layer with what proves it, where that is not added further down. */
  ByteBuf signed(ChannelHandlerContext ctx, ByteBuf frame) {
    return frame;
  }

  /** Whether a goodbye would leave now. */
  boolean canTell(ChannelHandlerContext ctx) {
    return isBegun() && ctx.channel().isActive() && ctx.channel().isWritable();
  }

  /** Writes whole frames. */
  abstract void writeFrames(ChannelHandlerContext ctx, ByteBuf frames, ChannelPromise promise);

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    ByteBuf end = canTell(ctx) ? end(ErrorCode.CONNECTION_CLOSED, "") : null;
    if (end == null) {
      ctx.close(promise);
    } else {
      writeAndFlush(ctx, end).addListener(done -> ctx.close(promise));
    }
  }

  /** What tells the end; null if it is known already. */
  private @Nullable ByteBuf end(ErrorCode code, String text) {
    if (told || heard) {
      return null;
    }
    told = true;
    return DatagramFrame.end(Fault.of(code, text));
  }

  /**
   * The peer has told its end; passes on what it said, if it is more than that. Where anybody could
   * have said it, the peer is asked first whether it is still there. Owns the frame.
   */
  final void heardEnd(ChannelHandlerContext ctx, ByteBuf frame) {
    if (isProved() || isOver()) {
      end(ctx, frame);
      return;
    }
    byte[] told = ByteBufUtil.getBytes(frame); // a copy to measure: the read buffer is far larger
    frame.release();
    doubt.begin(ctx, () -> ask(ctx), () -> end(ctx, Unpooled.wrappedBuffer(told)));
  }

  private void end(ChannelHandlerContext ctx, ByteBuf frame) {
    heard = true;
    if (DatagramFrame.code(frame) == ErrorCode.CONNECTION_CLOSED.number()) {
      frame.release();
    } else {
      ctx.fireChannelRead(frame);
    }
    ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
  }

  /** The peer's end is known without its words. */
  final void lost(ChannelHandlerContext ctx) {
    doubt.clear();
    heard = true;
    ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    doubt.clear();
    ctx.fireChannelInactive();
  }

  /** Nothing came for too long: tells the peer, in case it lives, and ends the session. */
  final void expire(ChannelHandlerContext ctx, long silentMs) {
    String text = "nothing came for " + silentMs + " ms (idle-timeout of the endpoint)";
    end(ctx, ErrorCode.IDLE_TIMEOUT, text);
  }

  /** Tells the peer why its session ends, and ends it. */
  final void end(ChannelHandlerContext ctx, ErrorCode code, String text) {
    ByteBuf end = end(code, text);
    if (end != null) {
      writeAndFlush(ctx, end);
      ctx.fireExceptionCaught(new WirelaceException(code, text));
    }
  }
}
