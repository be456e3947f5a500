package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates one message (RFC 7692, section 7.2.2) in bounded pieces, so that a small message that
 * inflates to a huge one is found out when it passes the limit. No context is kept from one message
 * to the next: between messages a connection holds no inflater. Belongs to one event loop.
 */
final class MessageInflater {
  /** Inflated bytes handed on at once. */
  private static final int PIECE_BYTES = 32 * 1024; // 32 KiB

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final byte[] FLUSH_TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

  /** Inflaters that an event loop keeps for the next message. */
  private static final int MOST_SPARES = 4;

  private static final FastThreadLocal<ArrayDeque<Inflater>> SPARES =
      new FastThreadLocal<>() {
        @Override
        protected ArrayDeque<Inflater> initialValue() {
          return new ArrayDeque<>(MOST_SPARES);
        }

        @Override
        protected void onRemoval(ArrayDeque<Inflater> spares) {
          spares.forEach(Inflater::end);
        }
      };

  /** Takes what was inflated; the buffer is lent. */
  @FunctionalInterface
  interface Taker {
    /** Returns false to stop. */
    boolean take(ByteBuf piece);
  }

  /** A message that inflates to more than the limit. */
  static final class TooBigException extends Exception {
    private static final long serialVersionUID = 1L;

    TooBigException(long limit) {
      super("a message that inflates to more than " + limit + " bytes", null, false, false);
    }
  }

  private final long maxMessageBytes;
  private final Inflater inflater;
  private long messageBytes;

  /** What is left of the present piece. */
  private ByteBuffer rest = NOTHING;

  /** For the message that begins now; {@link #end} gives back what it holds. */
  MessageInflater(long maxMessageBytes) {
    this.maxMessageBytes = maxMessageBytes;
    Inflater spare = SPARES.get().poll();
    this.inflater = spare == null ? new Inflater(true) : spare;
  }

  /**
   * Inflates a piece of the message, whose memory must stay until all of it has been taken.
   *
   * @return whether that is so already; if not, because the taker stopped, {@link #goOn}
   */
  boolean inflate(ByteBufAllocator allocator, ByteBuffer piece, Taker taker)
      throws DataFormatException, TooBigException {
    rest = piece;
    return goOn(allocator, taker);
  }

  /** The message is complete: inflates what is left of it. As {@link #inflate}. */
  boolean finish(ByteBufAllocator allocator, Taker taker)
      throws DataFormatException, TooBigException {
    return inflate(allocator, ByteBuffer.wrap(FLUSH_TAIL), taker);
  }

  /** Goes on where the taker stopped. As {@link #inflate}. */
  boolean goOn(ByteBufAllocator allocator, Taker taker)
      throws DataFormatException, TooBigException {
    do {
      inflater.setInput(rest);
      if (!inflateInput(allocator, taker)) {
        return false; // there may be more within the inflater, even if no input is left
      }
      if (inflater.finished()) {
        inflater.reset(); // a final block; another may follow it (section 7.2.3.4)
      }
    } while (rest.hasRemaining());
    rest = NOTHING;
    return true;
  }

  private boolean inflateInput(ByteBufAllocator allocator, Taker taker)
      throws DataFormatException, TooBigException {
    while (true) {
      ByteBuf piece = allocator.directBuffer(PIECE_BYTES, PIECE_BYTES);
      try {
        int length = inflater.inflate(piece.internalNioBuffer(0, PIECE_BYTES));
        if (inflater.needsDictionary()) {
          throw new DataFormatException("it asks for a preset dictionary");
        }
        if (length == 0) {
          return true;
        }
        messageBytes += length;
        if (messageBytes > maxMessageBytes) {
          throw new TooBigException(maxMessageBytes);
        }
        if (!taker.take(piece.writerIndex(length))) {
          return false;
        }
      } finally {
        piece.release();
      }
    }
  }

  /** The message is over, or will not be read to its end. */
  void end() {
    ArrayDeque<Inflater> spares = SPARES.get();
    if (spares.size() < MOST_SPARES) {
      inflater.reset();
      spares.push(inflater);
    } else {
      inflater.end();
    }
  }
}
