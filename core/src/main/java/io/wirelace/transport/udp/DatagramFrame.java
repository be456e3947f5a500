package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import java.nio.ByteBuffer;

/** A datagram read as the one frame that it must be, and the few frames that this package makes. */
final class DatagramFrame {
  /** The most that UDP over IPv4 carries. */
  static final int MOST_BYTES = 65_507;

  /** A HEARTBEAT with its payload: {@code u8 0=probe 1=reply, u64 clock}. */
  static final int PROBE_BYTES = FrameHeader.BYTES + 9;

  private static final int KIND_MASK = 0x1F;
  private static final byte PROBE = 0;
  private static final byte REPLY = 1;

  private DatagramFrame() {}

  /** Whether it is exactly one frame, as far as its length tells. */
  static boolean isWhole(ByteBuf datagram) {
    int bytes = datagram.readableBytes();
    return bytes >= FrameHeader.BYTES
        && bytes <= MOST_BYTES
        && datagram.getInt(datagram.readerIndex()) == bytes - 4;
  }

  /** The bytes of the frame that starts at the reader index; there is a whole one. */
  static int frameBytes(ByteBuf frames) {
    return 4 + frames.getInt(frames.readerIndex());
  }

  static int kind(ByteBuf frame) {
    return frame.getByte(frame.readerIndex() + FrameHeader.TYPE_OFFSET) & KIND_MASK;
  }

  static long id(ByteBuf frame) {
    return frame.getLong(frame.readerIndex() + FrameHeader.ID_OFFSET);
  }

  static boolean isProbe(ByteBuf frame) {
    return isHeartbeat(frame, PROBE);
  }

  static boolean isReply(ByteBuf frame) {
    return isHeartbeat(frame, REPLY);
  }

  private static boolean isHeartbeat(ByteBuf frame, byte what) {
    return frame.readableBytes() == PROBE_BYTES
        && frame.getByte(frame.readerIndex() + FrameHeader.TYPE_OFFSET) == FrameHeader.HEARTBEAT
        && frame.getByte(frame.readerIndex() + FrameHeader.BYTES) == what;
  }

  static boolean isSignOfLife(ByteBuf frame) {
    return frame.readableBytes() == FrameHeader.BYTES && kind(frame) == FrameHeader.HEARTBEAT;
  }

  /** The clock of a probe or a reply. */
  static long clock(ByteBuf frame) {
    return frame.getLong(frame.readerIndex() + FrameHeader.BYTES + 1);
  }

  /** Puts another clock into a probe or a reply. */
  static void clock(ByteBuf frame, long clock) {
    frame.setLong(frame.readerIndex() + FrameHeader.BYTES + 1, clock);
  }

  /** Whether it is an ERROR about the connection as a whole, which ends it. */
  static boolean isEnd(ByteBuf frame) {
    return kind(frame) == FrameHeader.ERROR
        && id(frame) == 0
        && frame.readableBytes() >= FrameHeader.BYTES + 9;
  }

  /** The code of an ERROR without headers. */
  static int code(ByteBuf error) {
    return error.getInt(error.readerIndex() + FrameHeader.BYTES);
  }

  static ByteBuf probe(long clock) {
    return heartbeat(PROBE, clock);
  }

  static ByteBuf reply(long clock) {
    return heartbeat(REPLY, clock);
  }

  private static ByteBuf heartbeat(byte what, long clock) {
    byte[] payload = ByteBuffer.allocate(9).put(what).putLong(clock).array();
    return frame(FrameHeader.HEARTBEAT, payload);
  }

  static ByteBuf signOfLife() {
    return frame(FrameHeader.HEARTBEAT, FrameEncoder.NO_BODY);
  }

  /** An ERROR about the connection, with a text. */
  static ByteBuf end(Fault fault) {
    return frame(FrameHeader.ERROR, FrameEncoder.faultPayload(fault));
  }

  /** The same without a text, so that it is no longer than a probe. */
  static ByteBuf end(ErrorCode code) {
    return end(Fault.of(code, ""));
  }

  private static ByteBuf frame(int type, byte[] payload) {
    return Unpooled.wrappedBuffer(FrameEncoder.frame(type, 0, payload));
  }
}
