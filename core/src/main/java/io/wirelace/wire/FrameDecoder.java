package io.wirelace.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a frame is parsed. Every complete frame of a read is handed to the sink in place, one after
 * the other, without a copy and without a trip through the pipeline; only the incomplete frame at
 * the end of a read is kept, and completed with exactly the bytes it lacks. A length or type is
 * judged as soon as its bytes are there, so a frame that will be refused is never buffered.
 *
 * <p>Belongs to its channel's event loop. Owns the buffers it is given until it releases them at
 * the end of the read; a sink that keeps a frame retains {@link Frame#owner}.
 */
public final class FrameDecoder extends ChannelInboundHandlerAdapter {
  private enum State {
    /** Frames are handed over as they come. */
    DECODING,
    /** Asked to wait: what comes is kept, nothing is handed over. */
    PAUSED,
    /** The peer broke the framing, or we are done: what comes is thrown away. */
    STOPPED
  }

  /** What an incomplete header gets for a start; a frame's own size is reserved as it fills. */
  private static final int FIRST_KEPT_BYTES = 512;

  /** How a TLS handshake record begins (RFC 8446 5.1); far above every length that is allowed. */
  private static final int TLS_HELLO = 0x1603;

  private final boolean[] laterTypes;

  /** HELLO comes first or never; WELCOME may come behind what the server sent before it. */
  private final boolean firstFrameOnly;

  private final int maxFrameBytes;
  private final FrameSink sink;
  private final Frame frame = new Frame();

  private State state = State.DECODING;
  private boolean[] legalTypes;

  /** Starts at a frame boundary; more than one incomplete frame only while paused. */
  private @Nullable ByteBuf kept;

  /** Held the frame that this read completed; released when the batch has ended. */
  private @Nullable ByteBuf completed;

  private int batchFrames;
  private int batchBytes;

  /** Whether bytes came since somebody last asked. */
  private boolean fed;

  /** How many frames have been kept for want of their end. */
  private long begunFrames;

  private final DiscardedFrames discarded = new DiscardedFrames();

  /** A broken rule that the sink has not been told of. */
  private @Nullable Fault violation;

  /**
   * A decoder for one connection.
   *
   * @param role the side that receives
   * @param limits what it takes
   * @param sink where frames go
   */
  public FrameDecoder(Role role, WireLimits limits, FrameSink sink) {
    this.laterTypes = FrameHeader.legalTypes(role, false);
    this.maxFrameBytes = limits.maxFrameBytes();
    this.sink = sink;
    this.firstFrameOnly = role == Role.SERVER;
    this.legalTypes = FrameHeader.legalTypes(role, true);
  }

  /** A decoder for a stream that joins a connection: no greeting is legal on it any more. */
  public static FrameDecoder further(Role role, WireLimits limits, FrameSink sink) {
    FrameDecoder decoder = new FrameDecoder(role, limits, sink);
    decoder.legalTypes = decoder.laterTypes;
    return decoder;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    fed = true;
    Throwable failure = null;
    try {
      if (state == State.DECODING && (kept == null || completeKept(in))) {
        decode(in);
      }
      if (state == State.STOPPED) {
        discarded.skip(in);
        tellDiscarded();
      } else if (in.isReadable()) {
        keep(ctx, in);
      }
    } catch (Throwable e) {
      failure = e;
    }
    // The sink gathers frames until the batch ends, so until then their buffers must live.
    try {
      endBatch();
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    }
    releaseCompleted();
    in.release();
    if (failure != null) {
      // By us, since the channel would log what fails at that, and hand over the same bytes again
      // if it finds no memory to do so.
      ctx.fireExceptionCaught(failure);
    }
  }

  /** Whether a frame has begun and not ended: the peer owes us bytes. */
  public boolean midFrame() {
    return state == State.DECODING && kept != null;
  }

  /** A number that another incomplete frame changes. */
  public long begunFrames() {
    return begunFrames;
  }

  /** How much of the incomplete frame has come. */
  public int keptBytes() {
    ByteBuf buffer = kept;
    return buffer == null ? 0 : buffer.readableBytes();
  }

  /** Whether bytes have come since this was last asked. */
  public boolean takeFed() {
    boolean since = fed;
    fed = false;
    return since;
  }

  /** Bytes of memory of the incomplete frame, or of what was kept since {@link #pause}. */
  public int heldBytes() {
    return kept == null ? 0 : kept.capacity();
  }

  /** Whether frames wait that were kept since {@link #pause}. */
  public boolean hasKept() {
    return state == State.PAUSED && kept != null;
  }

  /** Hands over nothing more until {@link #resume}; may be called by the sink within a batch. */
  public void pause() {
    if (state == State.DECODING) {
      state = State.PAUSED;
    }
  }

  /** Goes on, first with the frames kept since {@link #pause}. */
  public void resume(ChannelHandlerContext ctx) {
    if (state != State.PAUSED) {
      return;
    }
    state = State.DECODING;
    ByteBuf buffer = kept;
    if (buffer == null) {
      return;
    }
    kept = null;
    try {
      decode(buffer);
      // The sink may have retained the buffer, so what is left moves to a fresh one.
      if (state == State.STOPPED) {
        discarded.skip(buffer);
        tellDiscarded();
      } else if (buffer.isReadable()) {
        keep(ctx, buffer);
      }
    } finally {
      try {
        endBatch();
      } finally {
        buffer.release();
      }
    }
  }

  /** Throws away whatever else comes, and counts the notifications in it for the sink. */
  public void stop() {
    ByteBuf buffer = kept;
    if (state != State.STOPPED && buffer != null) {
      discarded.skip(buffer);
    }
    state = State.STOPPED;
    releaseKept();
    tellDiscarded();
  }

  private void tellDiscarded() {
    long lost = discarded.takeNotifications();
    if (lost > 0) {
      sink.onUnhandled(lost);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    stop();
  }

  /**
   * Adds to the incomplete frame just what it lacks and hands it over once it is whole.
   *
   * @return whether it was, and {@code in} goes on with the next frame
   */
  private boolean completeKept(ByteBuf in) {
    ByteBuf buffer = kept;
    if (buffer == null) {
      return true;
    }
    // First the header: with it the length is known and judged.
    fill(buffer, in, FrameHeader.BYTES);
    if (!judge(buffer)) {
      tellViolation();
      return false;
    }
    if (buffer.readableBytes() < FrameHeader.BYTES) {
      return false;
    }
    int total = 4 + buffer.getInt(buffer.readerIndex());
    fill(buffer, in, total);
    if (buffer.readableBytes() < total) {
      return false;
    }
    kept = null;
    completed = buffer;
    decode(buffer);
    return state == State.DECODING;
  }

  private static void fill(ByteBuf buffer, ByteBuf in, int total) {
    int lacking = total - buffer.readableBytes();
    if (lacking > 0) {
      buffer.writeBytes(in, Math.min(lacking, in.readableBytes()));
    }
  }

  /** Judges as much of the header as is there. */
  private boolean judge(ByteBuf buffer) {
    int at = buffer.readerIndex();
    int bytes = buffer.readableBytes();
    return (bytes < 4 || judgeLength(buffer.getInt(at)))
        && (bytes < 5 || judgeType(buffer.getUnsignedByte(at + FrameHeader.TYPE_OFFSET)));
  }

  /** Hands over every complete frame between the buffer's indices, and moves its reader index. */
  private void decode(ByteBuf in) {
    int readable = in.readableBytes();
    if (readable == 0) {
      return;
    }
    // Absolute reads on the NIO view: no reference-count check a field, no index to move.
    ByteBuffer bytes = in.internalNioBuffer(in.readerIndex(), readable);
    int offset = bytes.position() - in.readerIndex();
    int at = bytes.position();
    int end = at + readable;
    frame.attach(in, bytes, offset);
    int first = at;
    int frames = 0;
    try {
      while (end - at >= 4 && state == State.DECODING) {
        int length = bytes.getInt(at);
        if (!judgeLength(length)) {
          break;
        }
        if (end - at == 4) {
          break;
        }
        int type = bytes.get(at + FrameHeader.TYPE_OFFSET) & 0xFF;
        if (!judgeType(type)) {
          break;
        }
        if (end - at - 4 < length) {
          break;
        }
        if (firstFrameOnly || type == FrameHeader.WELCOME) {
          legalTypes = laterTypes;
        }
        frame.moveTo(at, length, type);
        at += 4 + length;
        frames++;
        sink.onFrame(frame);
      }
    } finally {
      frame.detach();
      batchFrames += frames;
      batchBytes += at - first;
      in.readerIndex(at - offset);
    }
    tellViolation();
  }

  private boolean judgeLength(int length) {
    // One unsigned comparison: too small wraps to huge, and so does a set top bit.
    if (Integer.compareUnsigned(
            length - FrameHeader.MIN_LENGTH, maxFrameBytes - FrameHeader.MIN_LENGTH)
        <= 0) {
      return true;
    }
    if (length >= 0 && length < FrameHeader.MIN_LENGTH) {
      violation(
          ErrorCode.PROTOCOL_ERROR,
          "frame length " + length + " (expected " + FrameHeader.MIN_LENGTH + " or more)");
    } else if (length >>> 16 == TLS_HELLO) {
      violation(
          ErrorCode.MESSAGE_TOO_LARGE,
          "the peer speaks TLS, and this endpoint does not (expected tls:// on both sides, or"
              + " tcp:// on both)");
    } else {
      violation(
          ErrorCode.MESSAGE_TOO_LARGE,
          "frame length " + (length & 0xFFFF_FFFFL) + " (at most " + maxFrameBytes + " allowed)");
    }
    return false;
  }

  private boolean judgeType(int type) {
    if (legalTypes[type]) {
      return true;
    }
    violation(
        ErrorCode.PROTOCOL_ERROR,
        String.format("frame type 0x%02X (%s) is not allowed here", type, FrameHeader.name(type)));
    return false;
  }

  private void violation(ErrorCode code, String message) {
    discarded.giveUp(); // where the next frame begins is not known any more
    stop();
    violation = Fault.of(code, message);
  }

  /** Tells of a broken rule, once the frames before it have been counted and handed over. */
  private void tellViolation() {
    Fault fault = violation;
    if (fault != null) {
      violation = null;
      endBatch();
      sink.onViolation(fault);
    }
  }

  private void endBatch() {
    int frames = batchFrames;
    int bytes = batchBytes;
    batchFrames = 0;
    batchBytes = 0;
    if (frames > 0) {
      sink.onBatchEnd(frames, bytes);
    }
  }

  private void keep(ChannelHandlerContext ctx, ByteBuf in) {
    ByteBuf buffer = kept;
    if (buffer == null) {
      begunFrames++;
      buffer = ctx.alloc().buffer(Math.max(FIRST_KEPT_BYTES, in.readableBytes()));
      kept = buffer;
    }
    buffer.writeBytes(in);
  }

  private void releaseCompleted() {
    ByteBuf buffer = completed;
    if (buffer != null) {
      completed = null;
      buffer.release();
    }
  }

  private void releaseKept() {
    ByteBuf buffer = kept;
    if (buffer != null) {
      kept = null;
      buffer.release();
    }
  }
}
