package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where the chunks of one queue come from and where they go. The memory of a chunk belongs to the
 * event loop's {@link SpareBuffers} while nothing is in it; the chunk itself rests with its queue,
 * because a sender may still look at it.
 */
final class OutboundChunks {
  /** A frame larger than this gets a chunk of its own, made to measure. */
  static final int LARGE_FRAME_BYTES = 16 * 1024; // 16 KiB

  private static final int MOST_AT_REST = 16;
  private static final int MOST_MESSAGES = 1 << 20;

  private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
  private final long messagesPerChunk;

  // Any thread.
  private volatile @Nullable SpareBuffers spares; // since it is attached
  private final AtomicReference<@Nullable OutboundChunk> resting = new AtomicReference<>();
  private int chunkBytes = SpareBuffers.LEAST_BYTES; // a hint; threads that race lose one step

  // Whoever has the duty.
  private @Nullable OutboundChunk ownAtRest;
  private final ArrayDeque<OutboundChunk> written = new ArrayDeque<>(2);

  /** For a queue that holds at most so many messages. */
  OutboundChunks(long maxMessages) {
    this.messagesPerChunk = Math.max(1, Math.min(maxMessages / 4, MOST_MESSAGES));
  }

  /** From now on memory comes from the event loop that this is called on. */
  void attach() {
    spares = SpareBuffers.ofLoop();
  }

  /** An empty chunk with room for a frame. By the one thread that is putting it at the tail. */
  OutboundChunk take(int frameBytes) {
    StackRoom.require(); // the allocator and the spares must not be left between two steps
    if (frameBytes > LARGE_FRAME_BYTES) {
      return new OutboundChunk(frameBytes, 1).with(allocator.directBuffer(frameBytes, frameBytes));
    }
    ByteBuf memory = memoryFor(frameBytes);
    // Only who has the duty puts chunks to rest, and only one thread at a time is here: no chunk
    // can
    // come back between the look and the exchange.
    OutboundChunk chunk;
    while ((chunk = resting.get()) != null) {
      if (resting.compareAndSet(chunk, chunk.below) && chunk.capacity == memory.capacity()) {
        return chunk.with(memory);
      }
    }
    return new OutboundChunk(memory.capacity(), messagesPerChunk).with(memory);
  }

  /** Memory for a chunk that begins with a frame; may wait for the allocator. Any thread. */
  ByteBuf memoryFor(int frameBytes) {
    int wanted = Math.max(chunkBytes, SpareBuffers.sizeFor(frameBytes));
    SpareBuffers shared = spares;
    ByteBuf spare = shared == null ? null : shared.take(wanted);
    return spare == null ? allocator.directBuffer(wanted, wanted) : spare;
  }

  /** An empty chunk that no other thread will ever see. Event loop only. */
  OutboundChunk own(ByteBuf memory) {
    OutboundChunk chunk = ownAtRest;
    ownAtRest = null;
    if (chunk == null || chunk.capacity != memory.capacity()) {
      chunk = OutboundChunk.ofLoop(memory.capacity());
    }
    chunk.messages = 0;
    return chunk.with(memory);
  }

  /** A chunk was full: the next ones may be longer. */
  void longer() {
    chunkBytes = Math.min(SpareBuffers.MOST_BYTES, 2 * chunkBytes);
  }

  /**
   * The queue was emptied of that much at once: if a quarter of a chunk would have held it, the
   * next ones may be shorter. What counts is the whole, since its last chunk may hold next to
   * nothing.
   */
  void emptiedOf(long bytes) {
    if (bytes > 0 && bytes < chunkBytes / 4) {
      chunkBytes = Math.max(SpareBuffers.LEAST_BYTES, chunkBytes / 2);
    }
  }

  // ---- who has the duty ----

  /** The transport has a reference to this one's memory and will release it. */
  void written(OutboundChunk chunk) {
    written.add(chunk);
  }

  /** Chunks whose bytes the transport has taken become spares, or are freed. */
  void recycleWritten() {
    OutboundChunk chunk;
    while ((chunk = written.peek()) != null && chunk.buffer.refCnt() == 1) {
      written.remove();
      ByteBuf memory = chunk.without();
      SpareBuffers shared = spares;
      if (shared == null) {
        memory.release();
      } else {
        shared.give(memory);
      }
      putToRest(chunk);
    }
  }

  private void putToRest(OutboundChunk chunk) {
    if (chunk.isOfLoop) {
      ownAtRest = chunk;
      return;
    }
    OutboundChunk top;
    do {
      top = resting.get();
      chunk.below = top;
      chunk.depth = top == null ? 1 : top.depth + 1;
    } while (chunk.depth <= MOST_AT_REST && !resting.compareAndSet(top, chunk));
  }

  /** Gives memory back; for quiet times. */
  void trim() {
    recycleWritten();
    resting.set(null);
    ownAtRest = null;
    chunkBytes = SpareBuffers.LEAST_BYTES;
  }

  /** Frees what the transport still held when the channel ended. */
  void releaseWritten() {
    OutboundChunk chunk;
    while ((chunk = written.poll()) != null) {
      chunk.buffer.release();
    }
  }
}
