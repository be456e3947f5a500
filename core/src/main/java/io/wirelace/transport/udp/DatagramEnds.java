package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.EndOfStream;
import org.jspecify.annotations.Nullable;

/**
 * The end of a conversation by datagrams, which have no FIN: an ERROR about the connection, -603
 * unless another was told, says that nothing more comes. It may be lost; then the peer's idle
 * timeout finds out. There is no half of an end: who has told it waits for nothing more. Event loop
 * only.
 */
abstract class DatagramEnds extends ChannelDuplexHandler {
  private boolean told;
  private boolean heard;

  /** Whether there is a conversation to end. */
  abstract boolean isBegun();

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
      ctx.writeAndFlush(end)
          .addListener(done -> {
            promise.trySuccess();
            ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
          });
    }
  }

  /** Writes whole frames. */
  abstract void writeFrames(ChannelHandlerContext ctx, ByteBuf frames, ChannelPromise promise);

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    boolean canTell = isBegun() && ctx.channel().isActive() && ctx.channel().isWritable();
    ByteBuf end = canTell ? end(ErrorCode.CONNECTION_CLOSED, "") : null;
    if (end == null) {
      ctx.close(promise);
    } else {
      ctx.writeAndFlush(end).addListener(done -> ctx.close(promise));
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

  /** The peer has told its end; passes on what it said, if it is more than that. Owns the frame. */
  final void heardEnd(ChannelHandlerContext ctx, ByteBuf frame) {
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
    heard = true;
    ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
  }

  /** Nothing came for too long: tells the peer, in case it lives, and ends the session. */
  final void expire(ChannelHandlerContext ctx, long silentMs) {
    String text = "nothing came for " + silentMs + " ms (idle-timeout of the endpoint)";
    ByteBuf end = end(ErrorCode.IDLE_TIMEOUT, text);
    if (end != null) {
      ctx.writeAndFlush(end, ctx.voidPromise());
      ctx.fireExceptionCaught(new WirelaceException(ErrorCode.IDLE_TIMEOUT, text));
    }
  }
}
