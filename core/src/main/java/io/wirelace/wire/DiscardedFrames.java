package io.wirelace.wire;

import io.netty.buffer.ByteBuf;

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
    while (!lost && in.isReadable()) {
      if (bytesToSkip > 0) {
        int bytes = (int) Math.min(bytesToSkip, in.readableBytes());
        in.skipBytes(bytes);
        bytesToSkip -= bytes;
        if (bytesToSkip == 0 && isNotification) {
          notifications++;
        }
      } else {
        head = head << 8 | in.readUnsignedByte();
        if (++headBytes == HEAD_BYTES) {
          begin();
        }
      }
    }
    in.skipBytes(in.readableBytes());
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
