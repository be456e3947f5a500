package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What the event loop itself sends within a batch, or the virtual thread that it carries: one chunk
 * that no other thread sees, so that it takes no claims. Event loop only.
 */
final class OwnChunk {
  private final OutboundChunks chunks;
  private final Outbound.Owner owner;
  private @Nullable OutboundChunk chunk;
  private int bytes;

  /** Empty. */
  OwnChunk(OutboundChunks chunks, Outbound.Owner owner) {
    this.chunks = chunks;
    this.owner = owner;
  }

  /**
   * Appends a frame, as {@link Outbound#append}.
   *
   * @return false if it has to go where all put theirs: it is large, or there is no room for it, or
   *     this thread had to wait and is not on the loop any more
   */
  boolean append(
      int type, long id, byte @Nullable [] route, Headers headers, byte[] body, int frameBytes) {
    OutboundChunk into = chunk;
    if (into == null) {
      if (frameBytes > OutboundChunks.LARGE_FRAME_BYTES) {
        return false;
      }
      ByteBuf memory = chunks.memoryFor(frameBytes);
      if (!owner.isOnLoop() || chunk != null) {
        memory.release(); // the allocator has locks, and who waits for one leaves the loop
        return false;
      }
      into = chunks.own(memory);
      chunk = into;
      bytes = 0;
    } else if (bytes + frameBytes > into.capacity) {
      chunks.longer();
      return false;
    }
    int at = into.base() + bytes;
    FrameEncoder.header(into.bytes, at, type, id, frameBytes);
    FrameEncoder.payload(into.bytes, at, route, headers, body);
    bytes += frameBytes;
    into.messages++;
    return true;
  }

  /** How many messages it holds. */
  int messages() {
    OutboundChunk holding = chunk;
    return holding == null ? 0 : holding.messages;
  }

  /** How many bytes they have. */
  int bytes() {
    return bytes;
  }

  /** What it holds, to be sent; null if that is nothing. */
  @Nullable OutboundChunk take() {
    OutboundChunk taken = chunk;
    chunk = null;
    return taken;
  }
}
