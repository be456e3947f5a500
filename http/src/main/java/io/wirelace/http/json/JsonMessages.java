package io.wirelace.http.json;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPromise;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.http.websocket.CloseCode;
import io.wirelace.http.websocket.Messages;
import io.wirelace.http.websocket.Opcode;
import io.wirelace.http.websocket.Utf8Check;
import io.wirelace.http.websocket.WebSocketHandler;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.MalformedFrameException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The subprotocol {@code lace.json}: each text message stands for one native frame, both ways. A
 * text that is no message is answered with an error and the connection lives: the message's end is
 * certain. The session's heartbeats travel as pings, which every browser answers by itself.
 */
public final class JsonMessages implements Messages {
  /** {@code u8 0=probe 1=reply, u64} the prober's clock: HEARTBEAT's payload. */
  private static final int HEARTBEAT_BYTES = 9;

  private final int maxTextBytes;
  private final Frame frame = new Frame();
  private final Utf8Check utf8 = new Utf8Check();

  private @Nullable WebSocketHandler socket;

  /** The text that is being gathered. */
  private @Nullable ByteBuf text;

  /** For one connection that takes texts up to that length. */
  public JsonMessages(int maxTextBytes) {
    this.maxTextBytes = maxTextBytes;
  }

  @Override
  public void open(WebSocketHandler opened) {
    socket = opened;
  }

  // ---- in ----

  @Override
  public void begin(boolean isText) {
    if (!isText) {
      socket().fail(CloseCode.UNSUPPORTED_DATA, "a binary message (lace.json is text)");
      return;
    }
    utf8.reset();
    text = socket().context().alloc().buffer();
  }

  @Override
  public int target(int at) {
    return at;
  }

  @Override
  public void piece(ByteBuf buffer, int at, int length) {
    ByteBuf gathered = Objects.requireNonNull(text, "no message has begun");
    if (length > maxTextBytes - gathered.readableBytes()) {
      socket().fail(CloseCode.TOO_BIG, "a text of more than " + maxTextBytes + " bytes (max-text)");
    } else if (buffer.forEachByte(at, length, b -> utf8.accept(b & 0xFF)) >= 0) {
      socket().fail(CloseCode.INVALID_DATA, "text that is not UTF-8");
    } else {
      gathered.writeBytes(buffer, at, length);
    }
  }

  @Override
  public void end() {
    ByteBuf gathered = Objects.requireNonNull(text, "no message has begun");
    if (!utf8.isComplete()) {
      socket().fail(CloseCode.INVALID_DATA, "text that ends within a character");
      return;
    }
    text = null;
    byte[] bytes = new byte[gathered.readableBytes()];
    gathered.readBytes(bytes).release();
    try {
      hand(JsonReader.frame(bytes));
    } catch (MalformedJsonException e) {
      refuse(e);
    }
  }

  private void hand(byte[] bytes) {
    socket().context().fireChannelRead(Unpooled.wrappedBuffer(bytes));
  }

  private void refuse(MalformedJsonException why) {
    if (!socket().context().channel().isWritable()) {
      socket().fail(CloseCode.POLICY, "messages that are none, and their answers are not read");
      return;
    }
    Fault fault = Fault.of(ErrorCode.DECODE_FAILED, String.valueOf(why.getMessage()));
    ByteBuf out = socket().context().alloc().directBuffer();
    JsonWriter.error(why.id(), fault, new ByteBufOutputStream(out));
    socket().send(Opcode.TEXT, out, socket().context().channel().voidPromise());
    socket().flushAfterRead();
  }

  @Override
  public int heldBytes() {
    ByteBuf gathered = text;
    return gathered == null ? 0 : gathered.capacity();
  }

  @Override
  public void flush() {
    // Nothing is held of what was lent.
  }

  @Override
  public void readDone(ByteBuf in) {
    in.release();
  }

  /** The answer to a heartbeat that was sent as a ping. */
  @Override
  public void pong(byte[] payload) {
    if (payload.length == HEARTBEAT_BYTES && payload[0] == 0) {
      payload[0] = 1;
      hand(FrameEncoder.frame(FrameHeader.HEARTBEAT, 0, payload));
    }
  }

  // ---- out ----

  @Override
  public void write(ByteBuf frames, ChannelPromise promise) {
    try {
      ByteBuffer bytes = frames.nioBuffer();
      int at = 0;
      while (at < bytes.limit()) {
        at = frame.moveTo(bytes, at);
        write();
      }
    } catch (MalformedFrameException e) {
      throw new IllegalStateException("a frame of our own that is malformed", e);
    } finally {
      frame.detach();
      frames.release();
    }
    socket().context().write(Unpooled.EMPTY_BUFFER, promise);
  }

  private void write() throws MalformedFrameException {
    if (frame.kind() == FrameHeader.HEARTBEAT && frame.payloadLength() == HEARTBEAT_BYTES) {
      byte[] payload = new byte[HEARTBEAT_BYTES];
      payload[0] = (byte) frame.payloadByte(0);
      ByteBuffer.wrap(payload).putLong(1, frame.payloadLong(1));
      socket().ping(payload);
      return;
    }
    ByteBuf out = socket().context().alloc().directBuffer();
    boolean written = false;
    try {
      written = JsonWriter.write(frame, new ByteBufOutputStream(out));
    } finally {
      if (!written) {
        out.release();
      }
    }
    if (written) {
      socket().send(Opcode.TEXT, out, socket().context().channel().voidPromise());
    }
  }

  @Override
  public void closed() {
    ByteBuf unfinished = text;
    if (unfinished != null) {
      text = null;
      unfinished.release();
    }
  }

  private WebSocketHandler socket() {
    return Objects.requireNonNull(socket, "not open yet");
  }
}
