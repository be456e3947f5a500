package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The memory of chunks at rest, by size, for all queues of one event loop: a session at rest holds
 * none, and one that begins to send finds some that is warm. Bounded in bytes for each size. Only
 * memory is shared: an {@link OutboundChunk} itself never leaves its queue, because a sender may
 * still hold it.
 *
 * <p>Any thread puts buffers here and takes them; the event loop frees them when it ends.
 */
final class SpareBuffers {
  static final int LEAST_BYTES = 1024; // 1 KiB
  static final int MOST_BYTES = 64 * 1024; // 64 KiB: more falls out of the cache

  private static final int SIZES = 7; // 1, 2, 4 … 64 KiB
  private static final int BYTES_A_SIZE = 1024 * 1024; // 1 MiB

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

  /** Fixed queues: to put a buffer into one makes no object. */
  private final List<Queue<ByteBuf>> sizes = new ArrayList<>(SIZES);

  private volatile boolean freed;

  private SpareBuffers() {
    for (int bytes = LEAST_BYTES; bytes <= MOST_BYTES; bytes *= 2) {
      sizes.add(PlatformDependent.newFixedMpmcQueue(BYTES_A_SIZE / bytes));
    }
  }

  /** Those of the event loop whose thread this is. */
  static SpareBuffers ofLoop() {
    return OF_LOOP.get();
  }

  /** The least size for so many bytes: a power of two. */
  static int sizeFor(int bytes) {
    return Math.max(LEAST_BYTES, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
  }

  /**
   * A buffer of that size or more, rather more: a full one is a system call, so the later the next
   * is needed the better. Null if there is none. Any thread.
   */
  @Nullable ByteBuf take(int bytes) {
    for (int i = SIZES - 1; i >= index(bytes); i--) {
      ByteBuf buffer = sizes.get(i).poll();
      if (buffer != null) {
        return buffer;
      }
    }
    return null;
  }

  /** Keeps a buffer that nobody uses any more, or frees it. Any thread. */
  void give(ByteBuf buffer) {
    assert Integer.bitCount(buffer.capacity()) == 1 : "a buffer of its own: " + buffer;
    if (!sizes.get(index(buffer.capacity())).offer(buffer)) {
      buffer.release();
    } else if (freed) {
      free(); // the loop ended meanwhile, and looks here no more
    }
  }

  private static int index(int bytes) {
    return Integer.numberOfTrailingZeros(bytes / LEAST_BYTES);
  }

  private void free() {
    freed = true;
    for (Queue<ByteBuf> size : sizes) {
      ByteBuf buffer;
      while ((buffer = size.poll()) != null) {
        buffer.release();
      }
    }
  }
}
