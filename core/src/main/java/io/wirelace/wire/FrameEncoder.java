package io.wirelace.wire;

import io.wirelace.config.Times;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a frame is made: the body goes straight to its final place in the outbound buffer, and the
 * header is filled in in front of it. Absolute writes; nothing is allocated on the way of a
 * message.
 *
 * <p>Stateless; runs on the thread that sends.
 */
public final class FrameEncoder {
  /** No body. */
  public static final byte[] NO_BODY = new byte[0];

  /** How much of an error's text is sent, and read. */
  static final int MAX_TEXT_BYTES = 1024; // 1 KiB

  private FrameEncoder() {}

  /**
   * The bytes of a whole frame.
   *
   * @param route the route's bytes, or null for an unrouted frame
   * @throws WirelaceException {@link ErrorCode#MESSAGE_TOO_LARGE} if it is over the limit
   */
  public static int frameBytes(
      byte @Nullable [] route, Headers headers, int bodyBytes, int maxFrameBytes) {
    int bytes = FrameHeader.BYTES + bodyBytes;
    if (route != null) {
      bytes += 1 + route.length;
    }
    if (!headers.isEmpty()) {
      bytes += headers.block().length;
    }
    if (bytes - 4 > maxFrameBytes || bytes < 0) {
      throw new WirelaceException(
          ErrorCode.MESSAGE_TOO_LARGE,
          "message of " + bodyBytes + " bytes (frames of at most " + maxFrameBytes + " allowed)");
    }
    return bytes;
  }

  /**
   * Writes the 13 bytes of a header.
   *
   * @param at where the frame starts
   * @param frameBytes the bytes of the whole frame
   */
  public static void header(ByteBuffer out, int at, int type, long id, int frameBytes) {
    out.putInt(at + FrameHeader.LENGTH_OFFSET, frameBytes - 4);
    out.put(at + FrameHeader.TYPE_OFFSET, (byte) type);
    out.putLong(at + FrameHeader.ID_OFFSET, id);
  }

  /**
   * Writes the payload of the frame that starts at {@code at}: route and header block where there
   * are any, then the body.
   */
  public static void payload(
      ByteBuffer out, int at, byte @Nullable [] route, Headers headers, byte[] body) {
    int next = at + FrameHeader.BYTES;
    if (route != null) {
      out.put(next, (byte) route.length);
      out.put(next + 1, route, 0, route.length);
      next += 1 + route.length;
    }
    if (!headers.isEmpty()) {
      byte[] block = headers.block();
      out.put(next, block, 0, block.length);
      next += block.length;
    }
    out.put(next, body, 0, body.length);
  }

  /** The flags that go with a route and headers. */
  public static int flags(byte @Nullable [] route, Headers headers) {
    return (route == null ? 0 : FrameHeader.ROUTED) | (headers.isEmpty() ? 0 : FrameHeader.HEADERS);
  }

  /** The payload of an ERROR or GOAWAY. The text is cut at 1 KiB. */
  public static byte[] faultPayload(Fault fault) {
    byte[] text = fault.message().getBytes(StandardCharsets.UTF_8);
    int length = Utf8.cut(ByteBuffer.wrap(text), 0, text.length, MAX_TEXT_BYTES);
    return ByteBuffer.allocate(9 + length)
        .putInt(fault.number())
        .put((byte) (fault.retryable() ? 1 : 0))
        .putInt((int) Math.min(Times.ms(fault.retryAfter()), 0xFFFF_FFFFL))
        .put(text, 0, length)
        .array();
  }

  /** The payload of a HELLO or WELCOME. */
  public static byte[] greetingPayload(Greeting greeting) {
    byte[] block = greeting.headers().block();
    return ByteBuffer.allocate(2 + block.length)
        .putShort((short) greeting.version())
        .put(block)
        .array();
  }

  /** A whole frame in an array of its own, for the rare kinds and for tests. */
  public static byte[] frame(int type, long id, byte[] payload) {
    ByteBuffer out = ByteBuffer.allocate(FrameHeader.BYTES + payload.length);
    header(out, 0, type, id, out.capacity());
    payload(out, 0, null, Headers.NONE, payload);
    return out.array();
  }
}
