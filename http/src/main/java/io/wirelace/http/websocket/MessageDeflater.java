package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/**
 * Compresses whole messages (RFC 7692, section 7.2.1) without context from one to the next, so that
 * one deflater serves all connections of an event loop and a connection holds none.
 */
final class MessageDeflater {
  private static final int FLUSH_TAIL = 0x0000_FFFF;
  private static final int FLUSH_TAIL_BYTES = 4;

  /** A block's header and the end of a sync flush, with room to spare. */
  private static final int SLACK_BYTES = 64;

  private static final FastThreadLocal<Deflater> DEFLATER =
      new FastThreadLocal<>() {
        @Override
        protected Deflater initialValue() {
          return new Deflater(Deflater.BEST_SPEED, true);
        }

        @Override
        protected void onRemoval(Deflater deflater) {
          deflater.end();
        }
      };

  private MessageDeflater() {}

  /**
   * Compresses the readable bytes.
   *
   * @param windowBits the window that the receiver has; the JDK's deflater cannot be told a smaller
   *     one than 15, so a longer message goes without back references
   */
  static ByteBuf deflate(ByteBufAllocator allocator, ByteBuf message, int windowBits) {
    Deflater deflater = DEFLATER.get();
    deflater.reset();
    deflater.setStrategy(
        windowBits < Deflate.WINDOW_BITS && message.readableBytes() > 1 << windowBits
            ? Deflater.HUFFMAN_ONLY
            : Deflater.DEFAULT_STRATEGY);
    deflater.setInput(message.nioBuffer());
    ByteBuf out = allocator.directBuffer(message.readableBytes() / 2 + SLACK_BYTES);
    try {
      // The first call after a change of strategy does nothing else, so what came out decides.
      boolean more = true;
      while (more) {
        out.ensureWritable(SLACK_BYTES);
        int start = out.writerIndex();
        ByteBuffer room = out.internalNioBuffer(start, out.writableBytes());
        out.writerIndex(start + deflater.deflate(room, Deflater.SYNC_FLUSH));
        more = !room.hasRemaining() || !deflater.needsInput() || !isFlushed(out);
      }
      return out.writerIndex(out.writerIndex() - FLUSH_TAIL_BYTES);
    } catch (Throwable e) {
      out.release();
      throw e;
    }
  }

  private static boolean isFlushed(ByteBuf out) {
    int end = out.writerIndex();
    return end >= FLUSH_TAIL_BYTES && out.getInt(end - FLUSH_TAIL_BYTES) == FLUSH_TAIL;
  }
}
