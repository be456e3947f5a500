package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.wirelace.wire.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one session that wait for their turn in the order they came in, as copies of their
 * frames side by side. So the session can read on behind them, for answers, cancels and heartbeats.
 *
 * <p>Bounded: {@link #isFull} says when no more should be added. One message can pass the bound,
 * whatever its size. Event loop only.
 */
final class Held {
  /** What a message costs beside its bytes: a request object, its headers, its place in a table. */
  private static final int OVERHEAD_BYTES = 128;

  private static final int SEGMENT_BYTES = 16 * 1024; // 16 KiB

  /** What is done with each message. */
  interface Taker {
    /**
     * Takes a message or leaves it where it is.
     *
     * @return false to leave it
     */
    boolean take(Frame frame, @Nullable InboundRequest request);
  }

  /** Whole frames, and who is to answer each; null for a notification or what is not admitted. */
  private static final class Segment {
    final ByteBuf copies;
    final List<@Nullable InboundRequest> requests = new ArrayList<>();
    int readBytes;
    int readMessages;

    Segment(ByteBuf copies) {
      this.copies = copies;
    }

    boolean isRead() {
      return readMessages == requests.size();
    }
  }

  private final long maxBytes;
  private final long maxMessages;
  private final ArrayDeque<Segment> segments = new ArrayDeque<>(0);
  private final Frame view = new Frame();
  private long bytes;
  private long messages;
  private boolean offering;
  private boolean overfull;

  /** Nothing is held yet. */
  Held(long maxBytes, long maxMessages) {
    this.maxBytes = maxBytes;
    this.maxMessages = maxMessages;
  }

  boolean isEmpty() {
    return messages == 0;
  }

  boolean isFull() {
    return bytes >= maxBytes || messages >= maxMessages;
  }

  /** Whether it was full already before its last message. */
  boolean isOverfull() {
    return overfull && isFull();
  }

  boolean isHalfEmpty() {
    return bytes <= maxBytes / 2 && messages <= maxMessages / 2;
  }

  long bytes() {
    return bytes;
  }

  long messages() {
    return messages;
  }

  /** Copies a message to the end. */
  void add(Frame frame, @Nullable InboundRequest request, ByteBufAllocator allocator) {
    int size = frame.totalBytes();
    overfull = isFull();
    Segment last = segments.peekLast();
    // Not behind what was handed over: that may be in use, and growing would move it.
    if (last == null || last.readMessages > 0 || last.copies.maxWritableBytes() < size) {
      int room = Math.max(size, SEGMENT_BYTES);
      // As large as its content until it grows: a session may hold one small message for long.
      last = new Segment(allocator.directBuffer(Math.max(size, 512), room));
      segments.add(last);
    }
    last.copies.writeBytes(frame.owner(), frame.ownerStart(), size);
    last.requests.add(request);
    bytes += size + OVERHEAD_BYTES;
    messages++;
  }

  /**
   * Offers the messages, the oldest first, until one is left.
   *
   * @param done the buffers of those that were taken, to be released once nobody needs them
   */
  void forEach(Taker taker, List<ByteBuf> done) {
    offering = true;
    try {
      Segment segment = segments.peek();
      while (segment != null && offer(segment, taker)) {
        segments.remove();
        done.add(segment.copies);
        segment = segments.peek();
      }
    } finally {
      offering = false;
      view.detach();
    }
  }

  /** Offers what is in one segment; whether all of it was taken. */
  private boolean offer(Segment segment, Taker taker) {
    ByteBuffer nio = segment.copies.nioBuffer(0, segment.copies.writerIndex());
    while (!segment.isRead()) {
      int next = view.moveTo(segment.copies, nio, segment.readBytes);
      InboundRequest request = segment.requests.get(segment.readMessages);
      if (!taker.take(view, request)) {
        return false;
      }
      bytes -= next - segment.readBytes + OVERHEAD_BYTES;
      messages--;
      segment.requests.set(segment.readMessages, null);
      segment.readBytes = next;
      segment.readMessages++;
    }
    return true;
  }

  /** Removes those for which {@code taker} says true; not while messages are offered. */
  void removeIf(Taker taker, ByteBufAllocator allocator) {
    List<Segment> old = new ArrayList<>(segments);
    segments.clear();
    bytes = 0;
    messages = 0;
    for (Segment segment : old) {
      ByteBuffer nio = segment.copies.nioBuffer(0, segment.copies.writerIndex());
      int at = segment.readBytes;
      for (int i = segment.readMessages; i < segment.requests.size(); i++) {
        at = view.moveTo(segment.copies, nio, at);
        if (!taker.take(view, segment.requests.get(i))) {
          add(view, segment.requests.get(i), allocator);
        }
      }
      segment.copies.release();
    }
    view.detach();
  }

  /** Whether {@link #forEach} is at work. */
  boolean isOffering() {
    return offering;
  }
}
