package io.wirelace.wire;

/**
 * The header of a frame, its kinds and flags.
 *
 * <pre>
 *  0               4      5                13                      4+length
 *  +---------------+------+----------------+------------------------+
 *  | length   u32  | type | id        u64  | payload                |
 *  +---------------+------+----------------+------------------------+
 *                    u8 = flags &lt;&lt; 5 | kind
 * </pre>
 *
 * <p>Big-endian. {@code length} counts what follows it: 9 + payload, at most {@value #MAX_LENGTH},
 * so the first byte of every frame is 0.
 */
public final class FrameHeader {
  /** Offset of {@code length}. */
  public static final int LENGTH_OFFSET = 0;

  /** Offset of {@code type}. */
  public static final int TYPE_OFFSET = 4;

  /** Offset of {@code id}. */
  public static final int ID_OFFSET = 5;

  /** Offset of the payload, and so the bytes of a whole header. */
  public static final int BYTES = 13;

  /** The least value of {@code length}: type and id. */
  public static final int MIN_LENGTH = 9;

  /** The greatest value of {@code length}: 16 MiB - 1. */
  public static final int MAX_LENGTH = 0x00FF_FFFF;

  /** A call that wants an answer. */
  public static final int REQUEST = 0;

  /** The answer to a request. */
  public static final int RESPONSE = 1;

  /** A call that wants no answer. */
  public static final int NOTIFICATION = 2;

  /** A sign of life, or a probe and its reply. */
  public static final int HEARTBEAT = 3;

  /** An error about a request, or with id 0 about the connection. */
  public static final int ERROR = 4;

  /** The client's greeting. */
  public static final int HELLO = 5;

  /** The server's answer to a greeting. */
  public static final int WELCOME = 6;

  /** "Finish what is in flight, then leave." */
  public static final int GOAWAY = 7;

  /** Stops a request. */
  public static final int CANCEL = 8;

  /** More items are welcome on a stream. */
  public static final int CREDIT = 9;

  /** One item of a stream. */
  public static final int ITEM = 10;

  /** A stream ended well. */
  public static final int COMPLETE = 11;

  /** What was received, for resume. */
  public static final int ACK = 12;

  /** A fresh token on a live session. */
  public static final int AUTH = 13;

  /** A message of the secure channel. */
  public static final int HANDSHAKE = 14;

  /** Flag: the body is compressed. */
  public static final int COMPRESSED = 0x20;

  /** Flag: a route block leads the payload. */
  public static final int ROUTED = 0x40;

  /** Flag: a header block follows the route block. */
  public static final int HEADERS = 0x80;

  static final int KIND_MASK = 0x1F;

  private static final String[] NAMES = {
    "REQUEST",
    "RESPONSE",
    "NOTIFICATION",
    "HEARTBEAT",
    "ERROR",
    "HELLO",
    "WELCOME",
    "GOAWAY",
    "CANCEL",
    "CREDIT",
    "ITEM",
    "COMPLETE",
    "ACK",
    "AUTH",
    "HANDSHAKE"
  };

  /** The flags that are legal on each kind; a kind beyond this table is reserved. */
  private static final int[] LEGAL_FLAGS = {
    COMPRESSED | ROUTED | HEADERS, // REQUEST
    COMPRESSED | HEADERS, // RESPONSE
    COMPRESSED | ROUTED | HEADERS, // NOTIFICATION
    0, // HEARTBEAT
    HEADERS, // ERROR
    0, // HELLO
    0, // WELCOME
    HEADERS, // GOAWAY
    0, // CANCEL
    0, // CREDIT
    COMPRESSED | HEADERS, // ITEM
    0, // COMPLETE
    0, // ACK
    0, // AUTH
    0 // HANDSHAKE
  };

  private static final boolean[] FIRST_AT_SERVER = makeLegalTypes(Role.SERVER, true);
  private static final boolean[] LATER_AT_SERVER = makeLegalTypes(Role.SERVER, false);
  private static final boolean[] FIRST_AT_CLIENT = makeLegalTypes(Role.CLIENT, true);
  private static final boolean[] LATER_AT_CLIENT = makeLegalTypes(Role.CLIENT, false);

  private FrameHeader() {}

  /** The kind in a type byte. */
  public static int kind(int type) {
    return type & KIND_MASK;
  }

  /** The flags in a type byte. */
  public static int flags(int type) {
    return type & ~KIND_MASK & 0xFF;
  }

  /** The kind's name as the specification spells it, for messages to people. */
  public static String name(int type) {
    int kind = kind(type);
    return kind < NAMES.length ? NAMES[kind] : "reserved kind " + kind;
  }

  /**
   * Which of the 256 type bytes a side takes.
   *
   * @param role the side that receives
   * @param first whether it may be the first of its kind: a server takes HELLO only as the first
   *     frame of all, a client takes WELCOME once
   */
  static boolean[] legalTypes(Role role, boolean first) {
    return role == Role.SERVER
        ? (first ? FIRST_AT_SERVER : LATER_AT_SERVER)
        : (first ? FIRST_AT_CLIENT : LATER_AT_CLIENT);
  }

  private static boolean[] makeLegalTypes(Role role, boolean first) {
    boolean[] legal = new boolean[256];
    for (int type = 0; type < 256; type++) {
      int kind = kind(type);
      legal[type] = kind < LEGAL_FLAGS.length && (flags(type) & ~LEGAL_FLAGS[kind]) == 0;
      if (kind == HELLO) {
        legal[type] &= first && role == Role.SERVER;
      } else if (kind == WELCOME) {
        legal[type] &= first && role == Role.CLIENT;
      }
    }
    return legal;
  }
}
