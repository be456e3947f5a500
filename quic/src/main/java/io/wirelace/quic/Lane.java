package io.wirelace.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.wirelace.wire.FrameHeader;

/**
 * One bidirectional stream of a {@link QuicConnection}: reads when the session reads, one read
 * buffer at a time. Event loop only.
 */
final class Lane extends ChannelInboundHandlerAdapter {
  /** A HEARTBEAT, only a sign of life: how a client shows a stream on which it says nothing yet. */
  private static final int ANNOUNCEMENT_BYTES = FrameHeader.BYTES;

  /** Up to here a stream holds next to nothing: it is not writable when it has as much. */
  private static final int UNCOUNTED_BYTES = 64 * 1024; // 64 KiB

  private final QuicConnection connection;
  private final QuicStreamChannel stream;

  private boolean wantsBytes;
  private boolean silent = true;
  private boolean joined;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean hasWritten;
  private int unanswered;
  private long asideBytes;

  Lane(QuicConnection connection, QuicStreamChannel stream) {
    this.connection = connection;
    this.stream = stream;
  }

  QuicStreamChannel stream() {
    return stream;
  }

  boolean isFirst() {
    return stream.streamId() == 0;
  }

  // ---- in ----

  /** Reads on, if it does not already. */
  void read() {
    if (!wantsBytes && !inputEnded && stream.isActive()) {
      wantsBytes = true;
      stream.read();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connection.laneOpened(this);
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    wantsBytes = false;
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    if (connection.isClosed()) {
      in.release();
      return;
    }
    if (silent) {
      silent = false;
      if (isAnnouncement(in)) {
        in.skipBytes(ANNOUNCEMENT_BYTES);
      }
    }
    if (!in.isReadable()) {
      in.release();
    } else if (isFirst()) {
      connection.firstLaneRead(in);
    } else {
      ctx.fireChannelRead(in); // to the decoder that the session has added
    }
  }

  private static boolean isAnnouncement(ByteBuf in) {
    int at = in.readerIndex();
    return in.readableBytes() >= ANNOUNCEMENT_BYTES
        && in.getInt(at) == FrameHeader.MIN_LENGTH
        && in.getByte(at + FrameHeader.TYPE_OFFSET) == FrameHeader.HEARTBEAT
        && in.getLong(at + FrameHeader.ID_OFFSET) == 0;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    connection.laneReadComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE && !inputEnded) {
      inputEnded = true;
      connection.laneInputEnded(this);
    }
    ctx.fireUserEventTriggered(event);
  }

  boolean hasInputEnded() {
    return inputEnded;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    inputEnded = true;
    outputEnded = true;
    connection.laneClosed(this);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    connection.laneFailed(this, cause);
  }

  /** The session has added its decoder. */
  void joined() {
    joined = true;
  }

  boolean hasJoined() {
    return joined;
  }

  // ---- out ----

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    connection.laneWritabilityChanged(this);
    ctx.fireChannelWritabilityChanged();
  }

  /** Writes whole frames; what fails, fails the connection. */
  void write(ByteBuf frames) {
    hasWritten = true;
    int bytes = frames.readableBytes();
    if (bytes <= UNCOUNTED_BYTES) {
      stream.write(frames, stream.voidPromise());
      return;
    }
    connection.held(bytes);
    stream
        .write(frames)
        .addListener(done -> {
          connection.held(-bytes);
          Throwable failure = done.cause();
          if (failure != null && stream.isRegistered()) {
            stream.pipeline().fireExceptionCaught(failure); // as the void promise does
          }
        });
  }

  /** Writes a large answer that others need not wait for. */
  void writeAside(ByteBuf frame) {
    hasWritten = true;
    int bytes = frame.readableBytes();
    asideBytes += bytes;
    connection.asideChanged(bytes);
    stream
        .write(frame)
        .addListener(done -> {
          asideBytes -= bytes;
          connection.asideChanged(-bytes);
        });
  }

  /** Whether a large answer would be on its way here at once. */
  boolean isFreeForAside() {
    return !isFirst() && !inputEnded && !outputEnded && asideBytes == 0 && stream.isWritable();
  }

  boolean canWrite() {
    return !outputEnded && stream.isActive();
  }

  /** Shows the stream to the peer before it carries anything. */
  void announce() {
    ByteBuf frame = stream.alloc().directBuffer(ANNOUNCEMENT_BYTES);
    frame.writeInt(FrameHeader.MIN_LENGTH).writeByte(FrameHeader.HEARTBEAT).writeLong(0);
    write(frame);
  }

  /** Ends our direction behind what was written (FIN). */
  ChannelFuture end() {
    outputEnded = true;
    ChannelPromise promise = stream.newPromise();
    // A FIN does not queue up with what waits, so it waits behind an empty write.
    stream
        .write(Unpooled.EMPTY_BUFFER)
        .addListener(written -> {
          if (written.isSuccess()) {
            stream.shutdownOutput(promise);
          } else {
            promise.tryFailure(written.cause());
          }
        });
    return promise;
  }

  boolean hasOutputEnded() {
    return outputEnded;
  }

  /** Whether what was written waits for the peer's window, or for the network's. */
  boolean isBackedUp() {
    return hasWritten && stream.isActive() && stream.bytesBeforeUnwritable() == 0;
  }

  /** Throws away what waits and ends our direction, with an application error (RESET_STREAM). */
  void reset(int error) {
    outputEnded = true;
    stream.shutdownOutput(error, stream.newPromise());
  }

  // ---- requests that came here are answered here ----

  void asked() {
    unanswered++;
  }

  void answered() {
    unanswered--;
  }

  boolean hasUnanswered() {
    return unanswered > 0;
  }
}
