package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The memory of chunks at rest, by size, for all queues of one event loop: a session at rest holds
 * none, and one that begins to send finds some that is warm. Bounded in bytes for each size. Only
 * memory is shared: an {@link OutboundChunk} itself never leaves its queue, because a sender may
 * still hold it.
 *
 * <p>The event loop puts buffers here and frees them when it ends; any thread takes one.
 */
final class SpareBuffers {
  static final int LEAST_BYTES = 1024; // 1 KiB
  static final int MOST_BYTES = 64 * 1024; // 64 KiB: more falls out of the cache

  private static final int SIZES = 7; // 1, 2, 4 … 64 KiB
  private static final int BYTES_A_SIZE = 512 * 1024; // 512 KiB

  private static final FastThreadLocal<SpareBuffers> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected SpareBuffers initialValue() {
          return new SpareBuffers();
        }

        @Override
        protected void onRemoval(SpareBuffers spares) {
          spares.free();
        }
      };

  private final List<Size> sizes = new ArrayList<>(SIZES);

  private SpareBuffers() {
    for (int i = 0; i < SIZES; i++) {
      sizes.add(new Size());
    }
  }

  private static final class Size {
    final ConcurrentLinkedQueue<ByteBuf> buffers = new ConcurrentLinkedQueue<>();
    final AtomicInteger count = new AtomicInteger();
  }

  /** Those of the event loop whose thread this is. */
  static SpareBuffers ofLoop() {
    return OF_LOOP.get();
  }

  /** The least size for so many bytes: a power of two. */
  static int sizeFor(int bytes) {
    return Math.max(LEAST_BYTES, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
  }

  /** A buffer of exactly that size, or null. Any thread. */
  @Nullable ByteBuf take(int bytes) {
    Size size = of(bytes);
    ByteBuf buffer = size.buffers.poll();
    if (buffer != null) {
      size.count.decrementAndGet();
    }
    return buffer;
  }

  /** Keeps a buffer that nobody uses any more, or frees it. Event loop only. */
  void give(ByteBuf buffer) {
    Size size = of(buffer.capacity());
    if (size.count.get() >= BYTES_A_SIZE / buffer.capacity()) {
      buffer.release();
      return;
    }
    size.count.incrementAndGet();
    size.buffers.offer(buffer);
  }

  private Size of(int bytes) {
    return sizes.get(Integer.numberOfTrailingZeros(bytes / LEAST_BYTES));
  }

  private void free() {
    for (Size size : sizes) {
      ByteBuf buffer;
      while ((buffer = size.buffers.poll()) != null) {
        buffer.release();
      }
    }
  }
}
