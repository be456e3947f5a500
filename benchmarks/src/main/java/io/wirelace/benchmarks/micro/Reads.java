package io.wirelace.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import java.nio.ByteBuffer;

/** Reads as they come from a socket: 64 KiB of notifications on a route, whole frames only. */
final class Reads {
  static final int BYTES = 64 * 1024; // 64 KiB
  static final String ROUTE = "sink";
  static final int ROUTED_NOTIFICATION = FrameHeader.NOTIFICATION | FrameHeader.ROUTED;

  private static final int OVERHEAD_BYTES = FrameHeader.BYTES + 1 + 4; // header and route block

  /** Frames in a read with bodies of 64 bytes. */
  static final int FRAMES_OF_64 = BYTES / (OVERHEAD_BYTES + 64);

  /** Frames in a read with bodies of 1 KiB. */
  static final int FRAMES_OF_1024 = BYTES / (OVERHEAD_BYTES + 1024);

  private Reads() {}

  /** A read that is full of frames with such bodies. The caller's to release. */
  static ByteBuf of(int bodyBytes) {
    byte[] route = Frame.routeBytes(ROUTE);
    byte[] body = new byte[bodyBytes];
    int frameBytes =
        FrameEncoder.frameBytes(route, Headers.NONE, bodyBytes, FrameHeader.MAX_LENGTH);
    ByteBuf read = PooledByteBufAllocator.DEFAULT.directBuffer(BYTES, BYTES);
    ByteBuffer bytes = read.nioBuffer(0, BYTES);
    int at = 0;
    while (at + frameBytes <= BYTES) {
      FrameEncoder.header(bytes, at, ROUTED_NOTIFICATION, 0, frameBytes);
      FrameEncoder.payload(bytes, at, route, Headers.NONE, body);
      at += frameBytes;
    }
    return read.writerIndex(at);
  }

  /** Makes it unread again, with a reference for whoever reads it next. */
  static ByteBuf again(ByteBuf read) {
    return read.readerIndex(0).retain();
  }
}
