package io.wirelace.session;

import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;

/**
 * An outbound chain with small frames whose ids are 1 to 8; counts how often each was taken out.
 */
final class Queue {
  private static final byte[] NO_BODY = new byte[0];

  final OutboundChain chain;
  private final int[] taken = new int[9]; // by whoever has the duty

  /** Whose chunks hold at most a message each, or as many as fit. */
  Queue(boolean oneMessageAChunk) {
    chain = new OutboundChain(new OutboundChunks(oneMessageAChunk ? 4 : 1024));
  }

  /** Appends a frame of that id. */
  boolean append(int id) {
    return chain.append(
        FrameHeader.NOTIFICATION, id, null, Headers.NONE, NO_BODY, FrameHeader.BYTES);
  }

  /** Takes out what is complete. By whoever has the duty. */
  void take() {
    OutboundChunk chunk;
    while ((chunk = chain.nextComplete()) != null) {
      chain.remove(chunk);
      for (int at = 0; at < chunk.sealedAt; at += FrameHeader.BYTES) {
        long id = chunk.bytes.getLong(chunk.base() + at + FrameHeader.ID_OFFSET);
        taken[(int) id & 7]++;
      }
      chunk.buffer.release();
    }
  }

  /** How often the frame of an id was taken out. */
  int taken(int id) {
    return taken[id];
  }
}
