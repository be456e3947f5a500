package io.wirelace.benchmarks.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * One read buffer for each event loop, used again for every read: nothing is allocated, it stays in
 * the cache, and an idle connection holds none.
 */
final class ReusedReadBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
  private static final int BYTES = 64 * 1024; // 64 KiB

  private static final FastThreadLocal<@Nullable ByteBuf> OF_LOOP = new FastThreadLocal<>();

  @Override
  @SuppressWarnings("deprecation") // Netty's own way to make a handle
  public Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        ByteBuf buffer = OF_LOOP.get();
        if (buffer == null || buffer.refCnt() != 1) {
          if (buffer != null) {
            buffer.release(); // somebody keeps it
          }
          buffer = Unpooled.directBuffer(BYTES, BYTES);
          OF_LOOP.set(buffer);
        }
        return buffer.clear().retain(); // the reader releases its own reference
      }

      @Override
      public int guess() {
        return BYTES;
      }
    };
  }
}
