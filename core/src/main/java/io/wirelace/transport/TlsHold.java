package io.wirelace.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets a peer end its direction and still get its answers (RFC 8446 6.1), where the engine would
 * end both directions at the first close_notify. That one cannot be told from data before it is
 * decrypted, but it is short: what may be one and comes last waits here, undecrypted, until nothing
 * is owed to the peer any more, or more bytes come.
 *
 * <p>Alerts that a peer pads, as the JDK does, are not known by their length and end both
 * directions.
 *
 * <p>If it is data after all, it is two bytes, and the protocol above says that it owes answers
 * only while it stands between two frames: two bytes of a new frame are of no use to it, and the
 * rest will set them free. Event loop only.
 */
final class TlsHold {
  /** A header, two bytes of alert, the inner type and the tag (RFC 8446 5.2). */
  private static final int ALERT_RECORD_BYTES = TlsRecords.HEADER_BYTES + 2 + 1 + 16;

  private static final int APPLICATION_DATA = 23;

  /** How often it is asked whether something is still owed. */
  private static final long LOOK_AGAIN_MS = 5;

  private final TlsDamage damage;

  private @Nullable ByteBuf held;
  private boolean endHeld;
  private boolean looking;
  private boolean stopped;

  /** What is let go goes up through {@code damage}. */
  TlsHold(TlsDamage damage) {
    this.damage = damage;
  }

  /** Whether a whole record may be a close_notify. */
  static boolean maySayEnd(ByteBuf in, int at, int end) {
    return end - at == ALERT_RECORD_BYTES && in.getUnsignedByte(at) == APPLICATION_DATA;
  }

  /** Takes the last record of what has been read. */
  void take(ChannelHandlerContext ctx, ByteBuf in, int at) {
    ByteBuf record = ctx.alloc().directBuffer(ALERT_RECORD_BYTES, ALERT_RECORD_BYTES);
    record.writeBytes(in, at, ALERT_RECORD_BYTES);
    in.writerIndex(at);
    held = record;
  }

  /** More has come: what was held goes first. */
  void letGo(ChannelHandlerContext ctx) {
    ByteBuf record = held;
    if (record != null) {
      held = null;
      damage.read(ctx, record);
    }
  }

  /** Lets go if nothing is owed; looks again later if something is. */
  void check(ChannelHandlerContext ctx) {
    if (held == null || looking) {
      return;
    }
    if (!stopped && isOwed(ctx)) {
      looking = true;
      ctx.executor()
          .schedule(
              () -> {
                looking = false;
                check(ctx);
              },
              LOOK_AGAIN_MS,
              TimeUnit.MILLISECONDS);
      return;
    }
    letGo(ctx);
    ctx.fireChannelReadComplete();
    if (endHeld) {
      endHeld = false;
      ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
    }
  }

  private static boolean isOwed(ChannelHandlerContext ctx) {
    AnswersOwed question = new AnswersOwed();
    ctx.pipeline().fireUserEventTriggered(question);
    return question.isOwed();
  }

  /** It turned out that the engine ends one direction at a time: nothing need be held. */
  void stop() {
    stopped = true;
  }

  /** The peer's FIN has come; whether it waits behind what is held. */
  boolean holdsEnd() {
    endHeld |= held != null;
    return held != null;
  }

  void release() {
    ByteBuf record = held;
    if (record != null) {
      held = null;
      record.release();
    }
  }
}
