package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.wirelace.wire.Role;
import java.nio.charset.StandardCharsets;

/** Makes the headers of RFC 6455 frames, and whole control frames. Stateless. */
final class FrameWriter {
  private static final int MOST_HEADER_BYTES = 14;
  private static final int MOST_REASON_BYTES = 123;

  private FrameWriter() {}

  /**
   * The header of a whole message.
   *
   * @param first the first byte: FIN, RSV1 and opcode
   * @param key the masking key, written if the role masks
   */
  static ByteBuf header(ByteBufAllocator allocator, Role role, int first, int length, int key) {
    ByteBuf header = allocator.directBuffer(MOST_HEADER_BYTES, MOST_HEADER_BYTES);
    int masked = role == Role.CLIENT ? Opcode.MASKED : 0;
    header.writeByte(first);
    if (length < 126) {
      header.writeByte(masked | length);
    } else if (length <= 0xFFFF) {
      header.writeByte(masked | 126).writeShort(length);
    } else {
      header.writeByte(masked | 127).writeLong(length);
    }
    if (masked != 0) {
      header.writeInt(key);
    }
    return header;
  }

  /** A whole control frame. */
  static ByteBuf control(ByteBufAllocator allocator, Role role, int opcode, byte[] payload) {
    int key = role == Role.CLIENT ? Masking.key() : 0;
    int bytes = MOST_HEADER_BYTES + payload.length;
    ByteBuf frame = allocator.directBuffer(bytes, bytes);
    frame.writeByte(Opcode.FIN | opcode);
    frame.writeByte((role == Role.CLIENT ? Opcode.MASKED : 0) | payload.length);
    if (role == Role.CLIENT) {
      frame.writeInt(key);
    }
    int at = frame.writerIndex();
    frame.writeBytes(payload);
    if (role == Role.CLIENT) {
      Masking.apply(frame, at, payload.length, key);
    }
    return frame;
  }

  /** The payload of a close frame; the reason is cut to what fits. */
  static byte[] closePayload(int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, MOST_REASON_BYTES);
    while (length < text.length && (text[length] & 0xC0) == 0x80) {
      length--; // not in the middle of a character
    }
    byte[] payload = new byte[2 + length];
    payload[0] = (byte) (code >>> 8);
    payload[1] = (byte) code;
    System.arraycopy(text, 0, payload, 2, length);
    return payload;
  }
}
