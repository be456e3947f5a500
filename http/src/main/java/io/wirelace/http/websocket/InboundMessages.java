package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.wirelace.transport.EndOfStream;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The data messages that a {@link FrameReader} finds on their way up: those that are compressed are
 * inflated, and only as far as the session above reads. Where it does not, what is left of the read
 * is held, for it may be a thousand times as large as it looks. Belongs to its channel's event
 * loop.
 */
final class InboundMessages {
  private final WebSocketHandler socket;
  private final FrameReader reader;
  private final Messages messages;
  private final long maxMessageBytes;
  private final HeldReads held = new HeldReads();

  /** Of the present message, where it is compressed. */
  private @Nullable MessageInflater inflater;

  /** Whether all of the present message has been read; not all of it may have been inflated. */
  private boolean allRead;

  private boolean goesOn;

  InboundMessages(
      WebSocketHandler socket, FrameReader reader, Messages messages, long maxMessageBytes) {
    this.socket = socket;
    this.reader = reader;
    this.messages = messages;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Whether the session above reads. */
  boolean isWanted() {
    return socket.context().channel().config().isAutoRead();
  }

  // ---- reads ----

  /** Reads a buffer, now or when those before it have been; takes it over. */
  void read(ByteBuf in) {
    if (held.isEmpty()) {
      readNow(in);
    } else {
      held.later(socket.context(), in);
    }
  }

  private void readNow(ByteBuf in) {
    try {
      reader.read(in);
    } catch (Throwable e) {
      in.release();
      throw e;
    }
    if (reader.isHeld()) {
      held.interrupted(in);
    } else {
      messages.readDone(in);
    }
  }

  /** How much is held of what was read. */
  int heldBytes() {
    return held.bytes();
  }

  boolean holdsReads() {
    return !held.isEmpty();
  }

  /** The peer's end has come, behind what is held. */
  void endLater() {
    held.end();
  }

  /** Goes on with what is held; in a task of its own and not within the session's call. */
  void goOnLater() {
    if (!goesOn) {
      goesOn = true;
      socket.context().executor().execute(this::goOn);
    }
  }

  private void goOn() {
    goesOn = false;
    ChannelHandlerContext ctx = socket.context();
    if (held.isEmpty() || ctx.isRemoved() || !isWanted()) {
      return;
    }
    try {
      ByteBuf in = inflateRest() ? held.poll() : null;
      while (in != null) {
        readNow(in);
        in = reader.isHeld() ? null : held.poll();
      }
      socket.channelReadComplete(ctx);
      if (held.takeEnd()) {
        socket.userEventTriggered(ctx, EndOfStream.INSTANCE);
      } else if (held.isEmpty() && isWanted()) {
        ctx.read();
      }
    } catch (Throwable e) {
      ctx.fireExceptionCaught(e);
      ctx.close(); // the stream is out of step
    }
  }

  void release() {
    held.release();
    endMessage();
  }

  // ---- messages ----

  void start(int opcode, boolean compressed) {
    if (compressed) {
      messages.flush(); // what is inflated comes from other buffers, and after it
      inflater = new MessageInflater(maxMessageBytes);
    }
    allRead = false;
    messages.begin(opcode == Opcode.TEXT);
  }

  int target(int at) {
    return inflater == null ? messages.target(at) : at;
  }

  void payload(ByteBuf buffer, int at, int length) {
    MessageInflater inflating = inflater;
    if (inflating == null) {
      messages.piece(buffer, at, length);
    } else if (!run(
        taker ->
            inflating.inflate(socket.context().alloc(), buffer.nioBuffer(at, length), taker))) {
      reader.hold();
    }
  }

  void messageEnd() {
    MessageInflater inflating = inflater;
    allRead = true;
    if (inflating == null) {
      messages.end();
    } else if (run(taker -> inflating.finish(socket.context().alloc(), taker))) {
      inflatedMessageEnds();
    } else {
      reader.hold();
    }
  }

  /** Goes on with the message that was interrupted; whether to read on. */
  private boolean inflateRest() {
    MessageInflater inflating = inflater;
    boolean wasAllRead = allRead;
    if (inflating != null && !run(taker -> inflating.goOn(socket.context().alloc(), taker))) {
      return !reader.isHeld(); // after a violation the rest is thrown away
    }
    reader.goOn();
    if (inflating != null && wasAllRead) {
      inflatedMessageEnds();
    }
    return !reader.isHeld();
  }

  private void inflatedMessageEnds() {
    endMessage();
    messages.end();
    messages.flush();
    if (!isWanted()) {
      reader.hold(); // the next message may be as large
    }
  }

  private void endMessage() {
    MessageInflater inflating = inflater;
    if (inflating != null) {
      inflater = null;
      inflating.end();
    }
  }

  /** A step of inflating. */
  @FunctionalInterface
  private interface Step {
    boolean run(MessageInflater.Taker taker)
        throws DataFormatException, MessageInflater.TooBigException;
  }

  /** Whether a step came to its end: no violation, and the session had not enough before. */
  private boolean run(Step step) {
    try {
      return step.run(this::take) && !reader.isStopped();
    } catch (MessageInflater.TooBigException e) {
      socket.fail(CloseCode.TOO_BIG, String.valueOf(e.getMessage()));
    } catch (DataFormatException e) {
      String why = "a message that does not inflate: " + e.getMessage();
      socket.fail(CloseCode.INVALID_DATA, why);
    }
    return false;
  }

  private boolean take(ByteBuf piece) {
    messages.piece(piece, 0, piece.readableBytes());
    messages.flush();
    return !reader.isStopped() && isWanted();
  }
}
