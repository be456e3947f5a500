package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.wirelace.wire.Role;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the frames of RFC 6455, section 5, from pieces of any size: bytes in, calls out. Payload is
 * unmasked where it lies and handed on piece by piece as it comes; only a control frame's, at most
 * 125 bytes, is gathered. A header is judged byte by byte, so nothing of a frame that is refused is
 * kept. Belongs to one event loop.
 *
 * <pre>
 *  +-+-+-+-+-------+-+-------------+------------------+-----------+---------
 *  |F|R|R|R|opcode |M|length       | 126: u16         | key u32   | payload
 *  |I|S|S|S|  (4)  |A|  (7)        | 127: u64         | where M   |
 *  |N|V|V|V|       |S|             |                  |           |
 *  +-+-+-+-+-------+-+-------------+------------------+-----------+---------
 * </pre>
 */
public final class FrameReader {
  private static final int MOST_CONTROL_BYTES = 125;
  private static final byte[] EMPTY = new byte[0];

  /** Takes what the reader finds. */
  public interface Sink {
    /** A message begins: {@link Opcode#TEXT} or {@link Opcode#BINARY}. */
    void onMessageStart(int opcode, boolean compressed);

    /** Where payload that lies at {@code at} shall be put: there, or nearer to the start. */
    int target(int at);

    /** So many unmasked bytes of the present message lie there. The buffer is lent. */
    void onPayload(ByteBuf buffer, int at, int length);

    /** The present message is complete. */
    void onMessageEnd();

    /** A ping. */
    void onPing(byte[] payload);

    /** A pong. */
    void onPong(byte[] payload);

    /** The peer's close frame; {@link CloseCode#NONE} if it names no code. Nothing follows. */
    void onClose(int code, String reason);

    /** The peer broke a rule. Nothing follows. */
    void onViolation(CloseCode code, String why);
  }

  private enum State {
    /** Before a frame's first byte. */
    FIRST,
    /** Before its second byte. */
    SECOND,
    /** Within its extended length. */
    LENGTH,
    /** Within its masking key. */
    KEY,
    /** Within the payload of a data frame. */
    PAYLOAD,
    /** Within the payload of a control frame. */
    CONTROL,
    /** What comes is thrown away. */
    STOPPED
  }

  private final Role role;
  private final boolean deflate;
  private final FrameLimits limits;
  private final Sink sink;

  private State state = State.FIRST;
  private boolean held;

  // The present frame.
  private int opcode;
  private boolean fin;
  private boolean compressed;
  private int lacking;
  private long gathered;
  private int leastLength;
  private int key;
  private long left;
  private byte[] control = EMPTY;

  // The present message.
  private boolean inMessage;
  private long messageBytes;
  private int fragments;

  /**
   * A reader for one connection.
   *
   * @param role the side that reads
   * @param deflate whether compressed messages were agreed
   */
  public FrameReader(Role role, boolean deflate, FrameLimits limits, Sink sink) {
    this.role = role;
    this.deflate = deflate;
    this.limits = limits;
    this.sink = sink;
  }

  /** Throws away whatever else comes. */
  public void stop() {
    state = State.STOPPED;
    held = false;
    control = EMPTY;
  }

  /** Whether the peer owes us bytes: a frame or a message has begun and not ended. */
  public boolean isMidMessage() {
    return state != State.STOPPED && (inMessage || state != State.FIRST);
  }

  /** Whether whatever comes is thrown away. */
  public boolean isStopped() {
    return state == State.STOPPED;
  }

  /** Reads nothing more until {@link #goOn}; for a sink, while it is given payload or an end. */
  public void hold() {
    held = state != State.STOPPED;
  }

  /** Whether it was held, so that bytes may be left to read. */
  public boolean isHeld() {
    return held;
  }

  /** Goes on where it was held: the sink has taken what it was given last. */
  public void goOn() {
    held = false;
    if (state == State.PAYLOAD && left == 0) {
      frameEnds();
    }
  }

  /** Reads all readable bytes, or until it is held. */
  public void read(ByteBuf in) {
    while (in.isReadable() && !held) {
      switch (state) {
        case FIRST -> first(in.readUnsignedByte());
        case SECOND -> second(in.readUnsignedByte());
        case LENGTH -> {
          gathered = (gathered << 8) | in.readUnsignedByte();
          if (--lacking == 0) {
            extendedLength(gathered);
          }
        }
        case KEY -> {
          key = (key << 8) | in.readUnsignedByte();
          if (--lacking == 0) {
            payloadStarts();
          }
        }
        case PAYLOAD -> payload(in);
        case CONTROL -> control(in);
        case STOPPED -> in.skipBytes(in.readableBytes());
      }
    }
  }

  private void first(int value) {
    opcode = value & Opcode.MASK;
    fin = (value & Opcode.FIN) != 0;
    int reserved = value & Opcode.RESERVED;
    boolean begins = opcode == Opcode.TEXT || opcode == Opcode.BINARY;
    if (reserved != 0 && !(deflate && begins && reserved == Opcode.RSV1)) {
      violation(CloseCode.PROTOCOL_ERROR, "reserved bits are set that were not agreed");
    } else if (!Opcode.isDefined(opcode)) {
      violation(CloseCode.PROTOCOL_ERROR, "reserved opcode " + opcode);
    } else if (Opcode.isControl(opcode) && !fin) {
      violation(CloseCode.PROTOCOL_ERROR, "a control frame in fragments");
    } else if (begins && inMessage) {
      violation(CloseCode.PROTOCOL_ERROR, "a message begins within another");
    } else if (opcode == Opcode.CONTINUATION && !inMessage) {
      violation(CloseCode.PROTOCOL_ERROR, "a continuation of no message");
    } else {
      compressed = reserved != 0;
      state = State.SECOND;
    }
  }

  private void second(int value) {
    int length = value & ~Opcode.MASKED & 0xFF;
    boolean masked = (value & Opcode.MASKED) != 0;
    if (masked != (role == Role.SERVER)) {
      violation(
          CloseCode.PROTOCOL_ERROR,
          masked ? "a server's frame is masked" : "a client's frame is not masked");
    } else if (Opcode.isControl(opcode) && length > MOST_CONTROL_BYTES) {
      violation(CloseCode.PROTOCOL_ERROR, "a control frame over 125 bytes");
    } else if (opcode == Opcode.CLOSE && length == 1) {
      violation(CloseCode.PROTOCOL_ERROR, "half a close code");
    } else if (length <= MOST_CONTROL_BYTES) {
      length(length);
    } else {
      state = State.LENGTH;
      gathered = 0;
      leastLength = length == 126 ? 126 : 0x1_0000;
      lacking = length == 126 ? 2 : 8;
    }
  }

  private void extendedLength(long length) {
    // A set top bit, which is not allowed, makes it negative.
    if (length < leastLength) {
      violation(
          CloseCode.PROTOCOL_ERROR,
          "a length of " + Long.toUnsignedString(length) + " in that many bytes");
    } else {
      length(length);
    }
  }

  private void length(long length) {
    left = length;
    if (!Opcode.isControl(opcode)) {
      if (!inMessage) {
        messageBytes = 0;
        fragments = 0;
      }
      boolean tooLong = length > limits.maxMessageBytes() - messageBytes; // no sum: it may overflow
      messageBytes += length;
      if (tooLong) {
        violation(
            CloseCode.TOO_BIG,
            "a message of " + messageBytes + " bytes (at most " + limits.maxMessageBytes() + ")");
        return;
      }
      if (++fragments > limits.maxFragments()) {
        violation(
            CloseCode.POLICY, "a message of more than " + limits.maxFragments() + " fragments");
        return;
      }
    }
    if (role == Role.SERVER) {
      state = State.KEY;
      key = 0;
      lacking = 4;
    } else {
      key = 0;
      payloadStarts();
    }
  }

  private void payloadStarts() {
    if (Opcode.isControl(opcode)) {
      control = left == 0 ? EMPTY : new byte[(int) left];
      state = State.CONTROL;
      if (left == 0) {
        controlEnds();
      }
      return;
    }
    state = State.PAYLOAD;
    if (!inMessage) {
      inMessage = true;
      sink.onMessageStart(opcode, compressed);
    }
    if (left == 0 && state == State.PAYLOAD) {
      frameEnds();
    }
  }

  private void payload(ByteBuf in) {
    int length = (int) Math.min(left, in.readableBytes());
    int at = in.readerIndex();
    int to = sink.target(at);
    if (key != 0 || to != at) {
      Masking.move(in, at, to, length, key);
      key = Masking.after(key, length);
    }
    in.readerIndex(at + length);
    left -= length;
    sink.onPayload(in, to, length);
    if (left == 0 && state == State.PAYLOAD && !held) {
      frameEnds();
    }
  }

  private void frameEnds() {
    state = State.FIRST;
    if (fin) {
      inMessage = false;
      sink.onMessageEnd();
    }
  }

  private void control(ByteBuf in) {
    int length = (int) Math.min(left, in.readableBytes());
    in.readBytes(control, control.length - (int) left, length);
    left -= length;
    if (left == 0) {
      controlEnds();
    }
  }

  private void controlEnds() {
    byte[] payload = control;
    control = EMPTY;
    for (int i = 0; key != 0 && i < payload.length; i++) {
      payload[i] ^= (byte) Masking.keyByte(key, i);
    }
    state = State.FIRST;
    switch (opcode) {
      case Opcode.PING -> sink.onPing(payload);
      case Opcode.PONG -> sink.onPong(payload);
      default -> close(payload);
    }
  }

  private void close(byte[] payload) {
    if (payload.length == 0) {
      stop();
      sink.onClose(CloseCode.NONE, "");
      return;
    }
    int code = ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
    if (!CloseCode.isLegal(code)) {
      violation(CloseCode.PROTOCOL_ERROR, "close code " + code);
      return;
    }
    try {
      ByteBuffer text = ByteBuffer.wrap(payload, 2, payload.length - 2);
      String reason = StandardCharsets.UTF_8.newDecoder().decode(text).toString();
      stop();
      sink.onClose(code, reason);
    } catch (CharacterCodingException e) {
      violation(CloseCode.INVALID_DATA, "a close reason that is not UTF-8");
    }
  }

  private void violation(CloseCode code, String why) {
    stop();
    sink.onViolation(code, why);
  }
}
