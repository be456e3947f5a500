package io.wirelace.session;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Chunks at rest, by size, for all queues of one event loop: a session at rest holds none, and one
 * that begins to send finds one that is warm. Bounded in bytes for each size.
 *
 * <p>The event loop puts them here and frees them when it ends; any thread takes one.
 */
final class SpareChunks {
  static final int LEAST_BYTES = 1024; // 1 KiB
  static final int MOST_BYTES = 64 * 1024; // 64 KiB: more falls out of the cache

  private static final int SIZES = 7; // 1, 2, 4 … 64 KiB
  private static final int BYTES_A_SIZE = 512 * 1024; // 512 KiB

  private static final FastThreadLocal<SpareChunks> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected SpareChunks initialValue() {
          return new SpareChunks();
        }

        @Override
        protected void onRemoval(SpareChunks spares) {
          spares.free();
        }
      };

  private final List<Size> sizes = new ArrayList<>(SIZES);

  private SpareChunks() {
    for (int i = 0; i < SIZES; i++) {
      sizes.add(new Size());
    }
  }

  private static final class Size {
    final ConcurrentLinkedQueue<OutboundChunk> chunks = new ConcurrentLinkedQueue<>();
    final AtomicInteger count = new AtomicInteger();
  }

  /** Those of the event loop whose thread this is. */
  static SpareChunks ofLoop() {
    return OF_LOOP.get();
  }

  /** The least size of a chunk for so many bytes: a power of two. */
  static int sizeFor(int bytes) {
    return Math.max(LEAST_BYTES, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
  }

  /** A chunk of exactly that size and bound, or null. Any thread. */
  @Nullable OutboundChunk take(int bytes, long maxMessages) {
    Size size = of(bytes);
    OutboundChunk chunk = size.chunks.poll();
    if (chunk == null) {
      return null;
    }
    size.count.decrementAndGet();
    if (chunk.maxMessages == maxMessages) {
      return chunk;
    }
    chunk.buffer.release(); // of a queue with other settings
    return null;
  }

  /** Keeps a chunk that nobody uses any more, or frees it. Event loop only. */
  void give(OutboundChunk chunk) {
    Size size = of(chunk.capacity);
    if (size.count.get() >= BYTES_A_SIZE / chunk.capacity) {
      chunk.buffer.release();
      return;
    }
    size.count.incrementAndGet();
    size.chunks.offer(chunk);
  }

  private Size of(int bytes) {
    return sizes.get(Integer.numberOfTrailingZeros(bytes / LEAST_BYTES));
  }

  private void free() {
    for (Size size : sizes) {
      OutboundChunk chunk;
      while ((chunk = size.chunks.poll()) != null) {
        chunk.buffer.release();
      }
    }
  }
}
