package io.wirelace.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Lends each event loop one read buffer of {@value #BYTES} bytes, again and again: no allocation a
 * read, nothing held by an idle connection, and the buffer stays in the cache. Where somebody has
 * retained it, the loop gets a fresh one.
 */
public final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
  /** Bytes of a read buffer. Larger ones fall out of the cache and are slower. */
  public static final int BYTES = 64 * 1024; // 64 KiB

  private static final FastThreadLocal<Slot> SLOT =
      new FastThreadLocal<>() {
        @Override
        protected Slot initialValue() {
          return new Slot();
        }

        @Override
        protected void onRemoval(Slot slot) {
          slot.release();
        }
      };

  private static final class Slot {
    private @Nullable ByteBuf buffer;

    /** A buffer with two references: the slot's and the reader's. */
    ByteBuf lend(ByteBufAllocator allocator) {
      ByteBuf current = buffer;
      if (current != null && current.refCnt() == 1) {
        return current.clear().retain();
      }
      release();
      ByteBuf fresh = allocator.directBuffer(BYTES, BYTES);
      buffer = fresh;
      return fresh.retain();
    }

    void release() {
      ByteBuf current = buffer;
      if (current != null) {
        buffer = null;
        current.release();
      }
    }
  }

  /** Read buffers for one channel option. */
  public ReadBuffers() {}

  @Override
  @SuppressWarnings("deprecation") // Netty's own way to make a handle
  public Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        return SLOT.get().lend(allocator);
      }

      @Override
      public int guess() {
        return BYTES;
      }
    };
  }
}
