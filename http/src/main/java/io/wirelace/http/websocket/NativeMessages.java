package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import io.wirelace.wire.FrameHeader;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The subprotocol {@code lace.v1}: each binary message holds one or more whole native frames. The
 * payload of all messages of one read is put side by side while it is unmasked, so that the frame
 * decoder gets one run a read, in the buffer it was read into, however many messages that were.
 */
public final class NativeMessages implements Messages {
  private @Nullable WebSocketHandler socket;

  // The run that has not been handed on yet.
  private @Nullable ByteBuf buffer;
  private int runStart;
  private int runEnd;

  // Where the walk along the frames' lengths is: within a frame, or within its length field.
  private int left;
  private int lengthBytes;
  private int length;
  private boolean lost;

  /** For one connection. */
  public NativeMessages() {}

  @Override
  public void open(WebSocketHandler opened) {
    socket = opened;
  }

  @Override
  public void begin(boolean text) {
    if (text) {
      socket().fail(CloseCode.UNSUPPORTED_DATA, "a text message (lace.v1 is binary)");
    }
  }

  @Override
  public int target(int at) {
    return buffer == null ? at : runEnd;
  }

  @Override
  public void piece(ByteBuf in, int at, int bytes) {
    if (buffer == null) {
      buffer = in;
      runStart = at;
    }
    runEnd = at + bytes;
    walk(in, at, runEnd);
  }

  /** Follows the lengths of the frames; where one is refused, the decoder will say so. */
  private void walk(ByteBuf in, int from, int to) {
    int at = from;
    while (at < to && !lost) {
      if (left > 0) {
        int step = Math.min(left, to - at);
        left -= step;
        at += step;
      } else if (lengthBytes == 0 && to - at >= 4) {
        frame(in.getInt(at));
        at += 4;
      } else {
        length = (length << 8) | in.getUnsignedByte(at++);
        if (++lengthBytes == 4) {
          frame(length);
          lengthBytes = 0;
          length = 0;
        }
      }
    }
  }

  private void frame(int bytes) {
    lost = bytes < FrameHeader.MIN_LENGTH || bytes > FrameHeader.MAX_LENGTH;
    left = bytes;
  }

  @Override
  public void end() {
    if (!lost && (left > 0 || lengthBytes > 0)) {
      socket().fail(CloseCode.PROTOCOL_ERROR, "a message ends within a frame");
    }
  }

  @Override
  public void flush() {
    ByteBuf run = buffer;
    if (run == null) {
      return;
    }
    buffer = null;
    int reader = run.readerIndex();
    int writer = run.writerIndex();
    run.setIndex(runStart, runEnd);
    socket().context().fireChannelRead(run.retain()); // the decoder releases it
    run.setIndex(reader, writer);
  }

  @Override
  public void readDone(ByteBuf in) {
    if (buffer == null) {
      in.release();
      return;
    }
    buffer = null;
    socket().context().fireChannelRead(in.setIndex(runStart, runEnd));
  }

  @Override
  public void pong(byte[] payload) {
    // A sign of life like any other.
  }

  @Override
  public void write(ByteBuf frames, ChannelPromise promise) {
    socket().send(Opcode.BINARY, frames, promise);
  }

  @Override
  public void closed() {
    // Holds nothing beyond a read.
  }

  private WebSocketHandler socket() {
    return Objects.requireNonNull(socket, "not open yet");
  }
}
