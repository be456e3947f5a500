package io.wirelace.http.websocket;

/** The opcodes of RFC 6455, section 5.2, and the other bits of a frame's first two bytes. */
public final class Opcode {
  /** Goes on with a message. */
  public static final int CONTINUATION = 0x0;

  /** Begins a message of UTF-8. */
  public static final int TEXT = 0x1;

  /** Begins a message of bytes. */
  public static final int BINARY = 0x2;

  /** Nothing more comes from this side. */
  public static final int CLOSE = 0x8;

  /** Asks for a pong. */
  public static final int PING = 0x9;

  /** Answers a ping. */
  public static final int PONG = 0xA;

  static final int FIN = 0x80;

  /** Set on a message's first frame: it is compressed (RFC 7692, section 6). */
  static final int RSV1 = 0x40;

  static final int RESERVED = 0x70;
  static final int MASK = 0x0F;
  static final int MASKED = 0x80;

  private Opcode() {}

  static boolean isControl(int opcode) {
    return (opcode & 0x8) != 0;
  }

  static boolean isDefined(int opcode) {
    return opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);
  }
}
