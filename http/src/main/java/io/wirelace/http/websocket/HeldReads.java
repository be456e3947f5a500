package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What was read from a connection and waits to be inflated, because the session above does not read
 * now: a small read may inflate to a thousand times its size, so it may not go up before there is
 * room. First comes the read that was interrupted. Belongs to its channel's event loop.
 */
final class HeldReads {
  private final ArrayDeque<ByteBuf> reads = new ArrayDeque<>(0);
  private int bytes;
  private boolean ended;

  boolean isEmpty() {
    return reads.isEmpty();
  }

  /** A read that was interrupted; takes over the buffer. */
  void interrupted(ByteBuf in) {
    reads.addFirst(in);
    bytes += in.capacity();
  }

  /** One that came meanwhile; takes over the buffer. */
  void later(ChannelHandlerContext ctx, ByteBuf in) {
    try {
      // A copy to measure: the loop's read buffer is far larger.
      ByteBuf copy = ctx.alloc().directBuffer(in.readableBytes());
      reads.add(copy);
      bytes += copy.capacity();
      copy.writeBytes(in);
    } finally {
      in.release();
    }
  }

  /** The peer's end came meanwhile. */
  void end() {
    ended = true;
  }

  /** The next, or null for none; hands it over. */
  @Nullable ByteBuf poll() {
    ByteBuf next = reads.poll();
    if (next != null) {
      bytes -= next.capacity();
    }
    return next;
  }

  /** How much they hold. */
  int bytes() {
    return bytes;
  }

  /** Whether the peer's end is next, which is told once. */
  boolean takeEnd() {
    boolean isNext = ended && reads.isEmpty();
    ended &= !isNext;
    return isNext;
  }

  void release() {
    for (ByteBuf in = poll(); in != null; in = poll()) {
      in.release();
    }
  }
}
