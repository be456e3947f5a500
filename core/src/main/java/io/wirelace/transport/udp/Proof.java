package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.wirelace.wire.FrameHeader;
import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * Puts into each datagram of a conversation what only its two ends know, and looks for it in those
 * that come: the token, the 63 bits of the cookie by which the client proved its address. Somebody
 * off the path, who forges addresses and sees nothing, cannot make such a datagram. Each kind of
 * frame carries it where the wire has room:
 *
 * <pre>
 *   REQUEST NOTIFICATION GOAWAY HELLO WELCOME,     the header "$proof", the first of the block
 *     ERROR of the connection
 *   RESPONSE, ERROR of a request, CANCEL ...       the id: the requester's number XOR the token
 *   HEARTBEAT probe and its reply                  the clock: 47 bits of the token, a number u16
 * </pre>
 *
 * <p>Both sides have to do so; a peer that knows only the wire's own rules answers a probe and
 * shows the token in nothing else. They find out by probes whose clock holds the token:
 *
 * <pre>
 *   client                                  listener
 *     probe, the token in its clock    →      knows that the client can; proves what it sends
 *                                      ←      probe, the token in its clock
 *   proves what it sends, and takes
 *   only what is proved
 *     anything proved                  →      takes only what is proved
 * </pre>
 *
 * Event loop only.
 */
final class Proof {
  /** What the header adds, where there was no header block before. */
  static final int MOST_BYTES = 22;

  private static final byte[] KEY = {'$', 'p', 'r', 'o', 'o', 'f'};
  private static final int VALUE_BYTES = 11; // 8 bytes in base 64
  private static final int HEADER_BYTES = 1 + KEY.length + 2 + VALUE_BYTES;
  private static final int COUNT_BYTES = 2;
  private static final int VERSION_BYTES = 2;
  private static final int MOST_HEADERS = 0xFFFF;

  /** Ids are made of numbers below 2 to the power of this. */
  private static final int NUMBER_BITS = 40;

  private static final long CLOCK_TOKEN = Long.MAX_VALUE & ~0xFFFFL;
  private static final int CLOCKS = 4; // probes that may be under way

  private long token;
  private byte[] header = {};
  private boolean proving;
  private boolean demanding;
  private boolean offered;
  private long lastPlainId;
  private int probes;
  private final long[] clocks = new long[CLOCKS];

  /** The cookie that the client has sent back. */
  void cookie(long cookie) {
    token = cookie & Long.MAX_VALUE;
    byte[] value =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encode(ByteBuffer.allocate(Long.BYTES).putLong(token).array());
    header =
        ByteBuffer.allocate(HEADER_BYTES)
            .put((byte) KEY.length)
            .put(KEY)
            .putShort((short) VALUE_BYTES)
            .put(value)
            .array();
    offered = true;
  }

  /** Whether the token is that of a cookie. */
  boolean isOf(long cookie) {
    return offered && token == (cookie & Long.MAX_VALUE);
  }

  /** Whether everything that is sent carries the token. */
  boolean isProving() {
    return proving;
  }

  /** Whether what comes without the token is not of the peer. */
  boolean isDemanding() {
    return demanding;
  }

  /** The peer understands: from now on everything that is sent carries the token. */
  void prove() {
    proving = true;
  }

  /** The peer sends nothing any more without the token. */
  void demand() {
    demanding = true;
  }

  /** A probe whose clock is the token, for the session's or this layer's own. */
  ByteBuf probe(long clock) {
    return DatagramFrame.probe(tagged(clock));
  }

  private long tagged(long clock) {
    probes = (probes + 1) & 0xFFFF;
    clocks[probes % CLOCKS] = clock;
    return (token & CLOCK_TOKEN) | probes;
  }

  /** Whether a probe's clock is that of a cookie's token. */
  static boolean isTagged(long clock, long cookie) {
    return (clock & ~0xFFFFL) == (cookie & CLOCK_TOKEN);
  }

  // ---- out ----

  /** The frame with what proves it. Owns the buffer, and gives another or the same. */
  ByteBuf sign(ByteBuf frame, ByteBufAllocator alloc) {
    int kind = DatagramFrame.kind(frame);
    if (!proving) {
      if (kind == FrameHeader.REQUEST) {
        lastPlainId = DatagramFrame.id(frame);
      }
      return frame;
    }
    return switch (kind) {
      case FrameHeader.REQUEST -> {
        maskId(frame);
        yield withHeader(frame, alloc);
      }
      case FrameHeader.CANCEL, FrameHeader.CREDIT -> {
        if (Long.compareUnsigned(DatagramFrame.id(frame), lastPlainId) > 0) {
          maskId(frame);
        }
        yield frame;
      }
      case FrameHeader.HEARTBEAT -> {
        if (DatagramFrame.isProbe(frame) && !isTagged(DatagramFrame.clock(frame), token)) {
          DatagramFrame.clock(frame, tagged(DatagramFrame.clock(frame)));
        }
        yield frame;
      }
      case FrameHeader.ERROR -> DatagramFrame.id(frame) == 0 ? withHeader(frame, alloc) : frame;
      case FrameHeader.NOTIFICATION, FrameHeader.GOAWAY, FrameHeader.HELLO, FrameHeader.WELCOME ->
          withHeader(frame, alloc);
      default -> frame; // an answer: its id is the requester's, and known to nobody else
    };
  }

  private void maskId(ByteBuf frame) {
    int at = frame.readerIndex() + FrameHeader.ID_OFFSET;
    frame.setLong(at, frame.getLong(at) ^ mask());
  }

  /** Never zero: the top bit is set, and no number has it. */
  private long mask() {
    return token | Long.MIN_VALUE;
  }

  private ByteBuf withHeader(ByteBuf frame, ByteBufAllocator alloc) {
    int start = frame.readerIndex();
    int at = blockAt(frame);
    boolean has = hasBlock(frame);
    int count = has ? frame.getUnsignedShort(at) : 0;
    int head = at - start;
    int rest = frame.readableBytes() - head - (has ? COUNT_BYTES : 0);
    int bytes = head + COUNT_BYTES + HEADER_BYTES + rest;
    if (bytes > DatagramFrame.MOST_BYTES || count == MOST_HEADERS) {
      return frame; // the network does not take it either, and says so
    }
    ByteBuf signed = alloc.buffer(bytes);
    signed.writeBytes(frame, start, head).writeShort(count + 1).writeBytes(header);
    signed.writeBytes(frame, frame.writerIndex() - rest, rest);
    signed.setInt(0, bytes - 4);
    if (!isGreeting(frame)) {
      int type = signed.getByte(FrameHeader.TYPE_OFFSET) | FrameHeader.HEADERS;
      signed.setByte(FrameHeader.TYPE_OFFSET, type);
    }
    frame.release();
    return signed;
  }

  // ---- in ----

  /**
   * Whether a frame carries the token; it is taken out of it, so that the session finds what its
   * peer's session has sent.
   */
  boolean check(ByteBuf frame) {
    if (!offered) {
      return false;
    }
    return switch (DatagramFrame.kind(frame)) {
      case FrameHeader.HEARTBEAT -> checkHeartbeat(frame);
      case FrameHeader.REQUEST,
          FrameHeader.NOTIFICATION,
          FrameHeader.GOAWAY,
          FrameHeader.HELLO,
          FrameHeader.WELCOME ->
          takeHeader(frame);
      case FrameHeader.CANCEL, FrameHeader.CREDIT -> isNumber(DatagramFrame.id(frame) ^ mask());
      case FrameHeader.ERROR ->
          DatagramFrame.id(frame) == 0 ? takeHeader(frame) : takeAnswer(frame);
      case FrameHeader.RESPONSE, FrameHeader.ITEM, FrameHeader.COMPLETE -> takeAnswer(frame);
      default -> false;
    };
  }

  private boolean checkHeartbeat(ByteBuf frame) {
    if (frame.readableBytes() != DatagramFrame.PROBE_BYTES
        || !isTagged(DatagramFrame.clock(frame), token)) {
      return false;
    }
    if (DatagramFrame.isReply(frame)) {
      int number = (int) DatagramFrame.clock(frame) & 0xFFFF;
      if (((probes - number) & 0xFFFF) >= CLOCKS) {
        return false;
      }
      DatagramFrame.clock(frame, clocks[number % CLOCKS]);
    }
    return true;
  }

  private boolean takeAnswer(ByteBuf frame) {
    long id = DatagramFrame.id(frame);
    if (isNumber(id ^ mask())) {
      frame.setLong(frame.readerIndex() + FrameHeader.ID_OFFSET, id ^ mask());
      return true;
    }
    return id != 0 && Long.compareUnsigned(id, lastPlainId) <= 0; // asked before both knew
  }

  private static boolean isNumber(long id) {
    return id >>> NUMBER_BITS == 0;
  }

  private boolean takeHeader(ByteBuf frame) {
    int start = frame.readerIndex();
    int at = blockAt(frame);
    if (!hasBlock(frame) || frame.writerIndex() - at < COUNT_BYTES + HEADER_BYTES) {
      return false;
    }
    int differing = 0;
    for (int i = 0; i < HEADER_BYTES; i++) {
      differing |= frame.getByte(at + COUNT_BYTES + i) ^ header[i];
    }
    int count = frame.getUnsignedShort(at);
    if (differing != 0 || count == 0) {
      return false;
    }
    boolean last = count == 1 && !isGreeting(frame);
    int cut = HEADER_BYTES + (last ? COUNT_BYTES : 0);
    if (last) {
      int typeAt = start + FrameHeader.TYPE_OFFSET;
      frame.setByte(typeAt, frame.getByte(typeAt) & ~FrameHeader.HEADERS);
    } else {
      frame.setShort(at, count - 1);
    }
    // What is before the header moves up to what is behind it: a few bytes, and no copy of all.
    int head = at - start + (last ? 0 : COUNT_BYTES);
    for (int i = head - 1; i >= 0; i--) {
      frame.setByte(start + cut + i, frame.getByte(start + i));
    }
    frame.readerIndex(start + cut);
    frame.setInt(start + cut, frame.readableBytes() - 4);
    return true;
  }

  // ---- where the header block is ----

  private static boolean isGreeting(ByteBuf frame) {
    int kind = DatagramFrame.kind(frame);
    return kind == FrameHeader.HELLO || kind == FrameHeader.WELCOME;
  }

  private static int type(ByteBuf frame) {
    return frame.getByte(frame.readerIndex() + FrameHeader.TYPE_OFFSET);
  }

  private static boolean hasBlock(ByteBuf frame) {
    return isGreeting(frame) || (type(frame) & FrameHeader.HEADERS) != 0;
  }

  /** Where the header block is or would be; perhaps beyond the end of a frame that is damaged. */
  private static int blockAt(ByteBuf frame) {
    int at = frame.readerIndex() + FrameHeader.BYTES;
    if (isGreeting(frame)) {
      return at + VERSION_BYTES;
    }
    boolean routed = (type(frame) & FrameHeader.ROUTED) != 0 && at < frame.writerIndex();
    return routed ? at + 1 + frame.getUnsignedByte(at) : at;
  }
}
