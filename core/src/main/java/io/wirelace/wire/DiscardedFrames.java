package io.wirelace.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Walks over frames that nobody handles any more, only to count the notifications among them: their
 * senders believe that they were delivered. Event loop only.
 */
final class DiscardedFrames {
  private static final int HEAD_BYTES = 5; // length and type
  private static final int KIND_MASK = 0x1F;

  private long head;
  private int headBytes;
  private long bytesToSkip;
  private boolean isNotification;
  private boolean lost;
  private long notifications;

  /** Where frames begin is not known any more: counts nothing from now on. */
  void giveUp() {
    lost = true;
  }

  /** Goes over all that is in the buffer, and consumes it. */
  void skip(ByteBuf in) {
    if (!lost) {
      skip(in.nioBuffer()); // once: the end of a session waits until all is gone over
    }
    in.skipBytes(in.readableBytes());
  }

  private void skip(ByteBuffer in) {
    while (!lost && in.hasRemaining()) {
      if (bytesToSkip > 0) {
        int bytes = (int) Math.min(bytesToSkip, in.remaining());
        in.position(in.position() + bytes);
        bytesToSkip -= bytes;
        if (bytesToSkip == 0 && isNotification) {
          notifications++;
        }
      } else {
        head = head << 8 | (in.get() & 0xFF);
        if (++headBytes == HEAD_BYTES) {
          begin();
        }
      }
    }
  }

  private void begin() {
    int length = (int) (head >>> 8);
    isNotification = (head & KIND_MASK) == FrameHeader.NOTIFICATION;
    lost = length < FrameHeader.MIN_LENGTH;
    bytesToSkip = length - 1L; // the type was read
    head = 0;
    headBytes = 0;
  }

  /** How many whole notifications there were since this was last asked. */
  long takeNotifications() {
    long taken = notifications;
    notifications = 0;
    return taken;
  }
}
