package io.wirelace.dispatch;

import io.netty.buffer.ByteBuf;
import io.wirelace.session.InboundRequest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one session that arrived side by side in one read, handed over as the bytes they came
 * in. Filled by the event loop, then given to the session's virtual thread, which releases it.
 */
final class Batch {
  /** Under this share of its buffer a batch is copied out, so that it does not hold the rest. */
  private static final int LEAST_SHARE = 4;

  private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);
  private static final InboundRequest[] NO_REQUESTS = {};

  private final @Nullable ByteBuf source;
  private final int start;
  private int end;
  private int messages;
  private long inflation;
  private InboundRequest[] requests = NO_REQUESTS;
  private int requestCount;

  private @Nullable ByteBuf held;
  private ByteBuffer bytes = NO_BYTES;

  /** The batch that came after this one; written by the loop, read by the virtual thread. */
  volatile @Nullable Batch next;

  Batch(@Nullable ByteBuf source, int start) {
    this.source = source;
    this.start = start;
    this.end = start;
  }

  /** Takes a frame that follows the last one in the same buffer; false if it is elsewhere. */
  @SuppressWarnings("ReferenceEquality") // the same buffer, not one of equal content
  boolean add(ByteBuf buffer, int at, int frameBytes, @Nullable InboundRequest request) {
    if (buffer != source || at != end) {
      return false;
    }
    end = at + frameBytes;
    messages++;
    if (request != null) {
      if (requestCount == requests.length) {
        requests = Arrays.copyOf(requests, Math.max(4, 2 * requestCount));
      }
      requests[requestCount++] = request;
    }
    return true;
  }

  /** The last message added is compressed, and will hold that much more when it is handled. */
  void willInflate(int inflatedBytes) {
    inflation += inflatedBytes;
  }

  /** What its messages hold, bodies counted as what they inflate to. */
  long heldBytes() {
    return length() + inflation;
  }

  /** Makes it independent of the read it came from. */
  void seal() {
    ByteBuf buffer = source;
    if (buffer == null) {
      return;
    }
    int length = end - start;
    if ((long) LEAST_SHARE * length >= buffer.capacity()) {
      // Handed over: released by the virtual thread once the last message is handled.
      bytes = buffer.nioBuffer(start, length);
      held = buffer.retain(); // at last: what fails before keeps nothing
    } else {
      ByteBuf copy = buffer.alloc().directBuffer(length, length);
      held = copy;
      bytes = copy.writeBytes(buffer, start, length).nioBuffer(0, length);
    }
  }

  int messages() {
    return messages;
  }

  int length() {
    return end - start;
  }

  /** The frames, from position 0; after {@link #seal}. */
  ByteBuffer bytes() {
    return bytes;
  }

  /** The requests among the messages, in order. */
  InboundRequest request(int index) {
    return requests[index];
  }

  /** Lets go of all but the count and the next: a mailbox keeps its last batch. */
  void release() {
    requests = NO_REQUESTS;
    ByteBuf buffer = held;
    if (buffer != null) {
      held = null;
      bytes = NO_BYTES;
      buffer.release();
    }
  }
}
