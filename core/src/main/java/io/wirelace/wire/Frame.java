package io.wirelace.wire;

import io.netty.buffer.ByteBuf;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A frame in place: a view of bytes that somebody else owns, moved from frame to frame without
 * allocation. {@link #kind}, {@link #id} and the like read the header; the parts of the payload can
 * be asked for after {@link #locate} has found them.
 *
 * <p>Belongs to one thread at a time, and is valid until whoever lent it moves on.
 */
public final class Frame {
  private static final byte[] EMPTY = new byte[0];
  private static final ByteBuffer NOTHING = ByteBuffer.wrap(EMPTY);

  /** ERROR and GOAWAY: {@code i32 code, u8 retryable, u32 retry-after ms}, then text. */
  private static final int FAULT_BYTES = 9;

  private ByteBuffer bytes = NOTHING;
  private int start;
  private int end;
  private int type;

  // Found by locate().
  private int routeStart;
  private int routeLength;
  private int headersStart;
  private int bodyStart;

  // Where the bytes live, for those who keep them beyond the call.
  private @Nullable ByteBuf owner;
  private int ownerOffset;

  /** A view of nothing yet. */
  public Frame() {}

  /** Binds this view to a buffer; {@code ownerOffset} turns a position in it into an index. */
  void attach(@Nullable ByteBuf owner, ByteBuffer bytes, int ownerOffset) {
    this.owner = owner;
    this.bytes = bytes;
    this.ownerOffset = ownerOffset;
  }

  /** Lets go of the buffer, so that a view at rest keeps nothing alive. */
  public void detach() {
    owner = null;
    bytes = NOTHING;
  }

  /** Moves to the frame that starts at a position and has that length field and type. */
  void moveTo(int at, int length, int frameType) {
    start = at;
    end = at + 4 + length;
    type = frameType;
  }

  /**
   * Moves to the complete, already judged frame at {@code at} in {@code buffer}, for those who walk
   * frames that a decoder has let through before.
   *
   * @return where the next frame starts
   */
  public int moveTo(ByteBuffer buffer, int at) {
    bytes = buffer;
    int length = buffer.getInt(at);
    moveTo(at, length, buffer.get(at + FrameHeader.TYPE_OFFSET) & 0xFF);
    return end;
  }

  /**
   * As {@link #moveTo(ByteBuffer, int)}, in a copy that {@code copy} holds from its index 0, so
   * that {@link #owner} can be asked for.
   */
  public int moveTo(ByteBuf copy, ByteBuffer buffer, int at) {
    attach(copy, buffer, 0);
    return moveTo(buffer, at);
  }

  /** Kind and flags. */
  public int type() {
    return type;
  }

  /** The kind, one of the constants of {@link FrameHeader}. */
  public int kind() {
    return type & FrameHeader.KIND_MASK;
  }

  /** Whether it is a REQUEST. */
  public boolean isRequest() {
    return kind() == FrameHeader.REQUEST;
  }

  /** The id. */
  public long id() {
    return bytes.getLong(start + FrameHeader.ID_OFFSET);
  }

  /** Bytes of the whole frame, the length field included. */
  public int totalBytes() {
    return end - start;
  }

  /** Bytes of the payload. */
  public int payloadLength() {
    return end - start - FrameHeader.BYTES;
  }

  /** The buffer this frame lives in; retain it to keep the frame beyond the call. */
  public ByteBuf owner() {
    ByteBuf buffer = owner;
    if (buffer == null) {
      throw new IllegalStateException("this frame has no owner to retain");
    }
    return buffer;
  }

  /** The index of the frame's first byte in {@link #owner}. */
  public int ownerStart() {
    return start - ownerOffset;
  }

  /**
   * Finds route, headers and body in the payload, and checks that the blocks fit.
   *
   * @throws MalformedFrameException if one does not; the frame's boundary is safe all the same
   */
  public void locate() throws MalformedFrameException {
    int next = start + FrameHeader.BYTES;
    if ((type & (FrameHeader.ROUTED | FrameHeader.HEADERS)) == 0) {
      routeLength = 0;
      bodyStart = next;
      return;
    }
    routeLength = 0;
    if ((type & FrameHeader.ROUTED) != 0) {
      if (next == end || bytes.get(next) == 0) {
        throw MalformedFrameException.block("route block is empty");
      }
      routeLength = bytes.get(next) & 0xFF;
      routeStart = next + 1;
      next = routeStart + routeLength;
      if (next > end) {
        throw MalformedFrameException.block("route block is cut off");
      }
    }
    if ((type & FrameHeader.HEADERS) != 0) {
      headersStart = next;
      next += Headers.blockBytes(bytes, next, end);
    }
    bodyStart = next;
  }

  /** Bytes of the route, 0 if there is none. */
  public int routeLength() {
    return routeLength;
  }

  /** A hash of the route's bytes, the same as {@link #routeHash(byte[])} of those bytes. */
  public int routeHash() {
    int hash = routeLength;
    for (int i = routeStart; i < routeStart + routeLength; i++) {
      hash = 31 * hash + bytes.get(i);
    }
    return hash;
  }

  /** The hash of a route's bytes. */
  public static int routeHash(byte[] route) {
    int hash = route.length;
    for (byte b : route) {
      hash = 31 * hash + b;
    }
    return hash;
  }

  /** Whether the route is made of these bytes. */
  public boolean routeIs(byte[] route) {
    if (route.length != routeLength) {
      return false;
    }
    for (int i = 0; i < route.length; i++) {
      if (bytes.get(routeStart + i) != route[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The route as text, empty if there is none.
   *
   * @throws MalformedFrameException if it is not UTF-8
   */
  public String route() throws MalformedFrameException {
    return routeLength == 0 ? "" : Utf8.decode(bytes, routeStart, routeLength, "the route");
  }

  /**
   * The headers.
   *
   * @throws MalformedFrameException if a key is repeated, not lower case or not UTF-8, a value is
   *     not UTF-8, or there are more than the limit
   */
  public Headers headers(WireLimits limits) throws MalformedFrameException {
    return (type & FrameHeader.HEADERS) == 0
        ? Headers.NONE
        : Headers.decode(bytes, headersStart, limits.maxHeaders());
  }

  /** Whether the body is compressed. */
  public boolean compressed() {
    return (type & FrameHeader.COMPRESSED) != 0;
  }

  /** Bytes of the body as it came. */
  public int bodyLength() {
    return end - bodyStart;
  }

  /**
   * A copy of the body, inflated if it came compressed.
   *
   * @throws MalformedFrameException if it does not inflate, or would pass the limit
   */
  public byte[] body(WireLimits limits) throws MalformedFrameException {
    if (compressed()) {
      return compressedBody(limits).inflate();
    }
    int length = end - bodyStart;
    if (length == 0) {
      return EMPTY;
    }
    byte[] body = new byte[length];
    bytes.get(bodyStart, body);
    return body;
  }

  /**
   * Judges a compressed body by what it says of itself, which costs next to nothing. After this,
   * {@link #inflatedBytes} is within the limits.
   *
   * @param agreed the only algorithm that the peer may use
   * @throws MalformedFrameException if it is another, or the body claims too much
   */
  public void judgeCompressed(Compression agreed, WireLimits limits)
      throws MalformedFrameException {
    locate();
    CompressedBody.judge(bytes, bodyStart, bodyLength(), limits);
    Compression.of(bytes.get(bodyStart)).requireAgreed(agreed);
  }

  /** What the compressed body claims to inflate to; after {@link #judgeCompressed}. */
  public int inflatedBytes() {
    return bytes.getInt(bodyStart + 1);
  }

  /**
   * A copy of the compressed body, to be inflated elsewhere.
   *
   * @throws MalformedFrameException if it claims too much
   */
  public CompressedBody compressedBody(WireLimits limits) throws MalformedFrameException {
    return CompressedBody.of(bytes, bodyStart, bodyLength(), limits);
  }

  /** One byte of the body as it came. */
  public byte bodyByte(int index) {
    return bytes.get(bodyStart + index);
  }

  /** Copies the body as it came into an array. */
  public void copyBody(byte[] into, int at) {
    bytes.get(bodyStart, into, at, bodyLength());
  }

  /** A 32-bit number in the payload, as of CREDIT. */
  public int payloadInt(int offset) {
    return bytes.getInt(start + FrameHeader.BYTES + offset);
  }

  /** A 64-bit number in the payload, as of HEARTBEAT. */
  public long payloadLong(int offset) {
    return bytes.getLong(start + FrameHeader.BYTES + offset);
  }

  /** A byte in the payload. */
  public int payloadByte(int offset) {
    return bytes.get(start + FrameHeader.BYTES + offset) & 0xFF;
  }

  /**
   * The fault that an ERROR or GOAWAY carries, with the first KiB of its text: as much as is ever
   * sent from here. The rest is not looked at.
   *
   * @throws MalformedFrameException if its payload is too short or its text is not UTF-8
   */
  public Fault fault() throws MalformedFrameException {
    locate();
    if (bodyLength() < FAULT_BYTES) {
      throw MalformedFrameException.block(
          FrameHeader.name(type) + " of " + bodyLength() + " bytes (expected 9 or more)");
    }
    int code = bytes.getInt(bodyStart);
    boolean retryable = bytes.get(bodyStart + 4) != 0;
    long retryAfterMs = bytes.getInt(bodyStart + 5) & 0xFFFF_FFFFL;
    int textAt = bodyStart + FAULT_BYTES;
    int textBytes = Utf8.cut(bytes, textAt, end - textAt, FrameEncoder.MAX_TEXT_BYTES);
    String text = Utf8.decode(bytes, textAt, textBytes, "the text of an error");
    if (text.isEmpty()) {
      text = ErrorCode.of(code).map(ErrorCode::meaning).orElse("");
    }
    return new Fault(code, text, retryable, Duration.ofMillis(retryAfterMs), null);
  }

  /**
   * The greeting that a HELLO or WELCOME carries.
   *
   * @throws MalformedFrameException if its payload is not a version and a header block
   */
  public Greeting greeting(WireLimits limits) throws MalformedFrameException {
    int at = start + FrameHeader.BYTES;
    if (end - at < 2) {
      throw MalformedFrameException.block(FrameHeader.name(type) + " without a version");
    }
    int version = bytes.getShort(at) & 0xFFFF;
    if (version != Greeting.VERSION) {
      // What follows a version that we do not speak is not ours to read.
      return new Greeting(version, Headers.NONE);
    }
    int blockBytes = Headers.blockBytes(bytes, at + 2, end);
    if (at + 2 + blockBytes != end) {
      throw MalformedFrameException.block(
          FrameHeader.name(type) + " has bytes after its header block");
    }
    return new Greeting(version, Headers.decode(bytes, at + 2, limits.maxHeaders()));
  }

  /** The text of a route, for routes that were registered as text. */
  public static byte[] routeBytes(String route) {
    byte[] encoded = Utf8.encode(route, "the route");
    if (encoded.length == 0 || encoded.length > 0xFF) {
      throw new IllegalArgumentException(
          "route of " + encoded.length + " bytes (expected 1 to 255): " + route);
    }
    OwnNames.refuse("route", route);
    return encoded;
  }
}
