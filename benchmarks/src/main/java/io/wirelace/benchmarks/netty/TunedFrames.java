package io.wirelace.benchmarks.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Parses every complete frame of a read in place, and gathers what is answered to them in one
 * buffer that is written and flushed once, at the end of the read. Event loop only.
 */
abstract class TunedFrames extends ChannelInboundHandlerAdapter {
  static final int LENGTH_BYTES = 4;
  static final int CHUNK_BYTES = 64 * 1024; // 64 KiB
  static final int HIGH_WATERMARK_BYTES = 1024 * 1024; // 1 MiB

  private static final int MOST_BODY_BYTES = 1 << 24;
  private static final int LEAST_KEPT_BYTES = 256;

  /** The incomplete frame at the end of the last read. */
  private @Nullable ByteBuf kept;

  private @Nullable ByteBuf out;
  private ByteBuffer outBytes = ByteBuffer.allocate(0);
  private int outStart;
  private int outAt;

  /** A complete frame's body, in place. */
  abstract void onFrame(ChannelHandlerContext ctx, ByteBuffer bytes, int at, int length);

  /** The frames of one buffer have been handed over. */
  void onFramesEnd() {}

  static void tune(Channel channel) {
    channel.config().setRecvByteBufAllocator(new ReusedReadBuffer());
    channel
        .config()
        .setWriteBufferWaterMark(
            new WriteBufferWaterMark(HIGH_WATERMARK_BYTES / 2, HIGH_WATERMARK_BYTES));
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      if (completeKept(ctx, in)) {
        parse(ctx, in);
        keepRest(ctx, in);
      }
    } finally {
      in.release();
    }
  }

  /** Adds to the kept frame just what it lacks; true once nothing is kept. */
  private boolean completeKept(ChannelHandlerContext ctx, ByteBuf in) {
    ByteBuf frame = kept;
    if (frame == null) {
      return true;
    }
    fill(frame, in, LENGTH_BYTES);
    if (frame.readableBytes() < LENGTH_BYTES) {
      return false;
    }
    int total = LENGTH_BYTES + frame.getInt(frame.readerIndex());
    fill(frame, in, total);
    if (frame.readableBytes() < total) {
      return false;
    }
    kept = null;
    try {
      parse(ctx, frame);
    } finally {
      frame.release();
    }
    return true;
  }

  private static void fill(ByteBuf frame, ByteBuf in, int total) {
    int lacking = total - frame.readableBytes();
    if (lacking > 0) {
      frame.writeBytes(in, Math.min(lacking, in.readableBytes()));
    }
  }

  private void parse(ChannelHandlerContext ctx, ByteBuf in) {
    int index = in.readerIndex();
    ByteBuffer bytes = in.internalNioBuffer(index, in.readableBytes());
    int start = bytes.position();
    int end = bytes.limit();
    int at = start;
    while (end - at >= LENGTH_BYTES) {
      int length = bytes.getInt(at);
      if (length < 0 || length > MOST_BODY_BYTES) {
        ctx.close();
        break;
      }
      if (end - at - LENGTH_BYTES < length) {
        break;
      }
      onFrame(ctx, bytes, at + LENGTH_BYTES, length);
      at += LENGTH_BYTES + length;
    }
    in.readerIndex(index + at - start);
    onFramesEnd();
  }

  private void keepRest(ChannelHandlerContext ctx, ByteBuf in) {
    int rest = in.readableBytes();
    if (rest == 0) {
      return;
    }
    int wanted =
        rest < LENGTH_BYTES ? LEAST_KEPT_BYTES : LENGTH_BYTES + in.getInt(in.readerIndex());
    kept = ctx.alloc().directBuffer(Math.max(wanted, LEAST_KEPT_BYTES)).writeBytes(in);
  }

  /** Answers with a part of what is being read, or of an array behind a buffer. */
  final void answer(ChannelHandlerContext ctx, ByteBuffer source, int at, int length) {
    reserve(ctx, LENGTH_BYTES + length);
    outBytes.putInt(outAt, length);
    outBytes.put(outAt + LENGTH_BYTES, source, at, length);
    outAt += LENGTH_BYTES + length;
  }

  final void answer(ChannelHandlerContext ctx, byte[] body) {
    reserve(ctx, LENGTH_BYTES + body.length);
    outBytes.putInt(outAt, body.length);
    outBytes.put(outAt + LENGTH_BYTES, body);
    outAt += LENGTH_BYTES + body.length;
  }

  private void reserve(ChannelHandlerContext ctx, int bytes) {
    if (out != null && outBytes.limit() - outAt >= bytes) {
      return;
    }
    writeOut(ctx);
    ByteBuf fresh = ctx.alloc().directBuffer(Math.max(CHUNK_BYTES, bytes));
    out = fresh;
    outBytes = fresh.internalNioBuffer(0, fresh.capacity());
    outStart = outBytes.position();
    outAt = outStart;
  }

  private void writeOut(ChannelHandlerContext ctx) {
    ByteBuf full = out;
    if (full != null) {
      out = null;
      full.writerIndex(outAt - outStart);
      ctx.write(full, ctx.voidPromise());
    }
  }

  final void flushAnswers(ChannelHandlerContext ctx) {
    writeOut(ctx);
    ctx.flush();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flushAnswers(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    cause.printStackTrace();
    ctx.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (kept != null) {
      kept.release();
      kept = null;
    }
    if (out != null) {
      out.release();
      out = null;
    }
  }
}
