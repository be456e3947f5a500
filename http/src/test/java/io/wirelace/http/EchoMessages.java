package io.wirelace.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelPromise;
import io.wirelace.http.websocket.CloseCode;
import io.wirelace.http.websocket.Messages;
import io.wirelace.http.websocket.Opcode;
import io.wirelace.http.websocket.Utf8Check;
import io.wirelace.http.websocket.WebSocketHandler;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends every message back as it came: what the Autobahn suite expects of its peer. */
final class EchoMessages implements Messages {
  private final Utf8Check utf8 = new Utf8Check();
  private @Nullable WebSocketHandler socket;
  private @Nullable ByteBuf message;
  private final @Nullable CompletableFuture<String> heard;
  private boolean text;

  /** Echoes, or only tells what the first message was. */
  EchoMessages(@Nullable CompletableFuture<String> heard) {
    this.heard = heard;
  }

  @Override
  public void open(WebSocketHandler opened) {
    socket = opened;
  }

  @Override
  public void begin(boolean isText) {
    text = isText;
    utf8.reset();
    message = PooledByteBufAllocator.DEFAULT.directBuffer();
  }

  @Override
  public int target(int at) {
    return at;
  }

  @Override
  public void piece(ByteBuf buffer, int at, int length) {
    if (text && buffer.forEachByte(at, length, b -> utf8.accept(b & 0xFF)) >= 0) {
      socket().fail(CloseCode.INVALID_DATA, "text that is not UTF-8");
      return;
    }
    Objects.requireNonNull(message).writeBytes(buffer, at, length);
  }

  @Override
  public void end() {
    if (text && !utf8.isComplete()) {
      socket().fail(CloseCode.INVALID_DATA, "text that ends within a character");
      return;
    }
    ByteBuf back = Objects.requireNonNull(message);
    message = null;
    if (heard != null) {
      heard.complete(back.toString(StandardCharsets.UTF_8));
      back.release();
      return;
    }
    socket().send(text ? Opcode.TEXT : Opcode.BINARY, back, socket().context().newPromise());
  }

  @Override
  public void flush() {
    // Nothing is held of what was lent.
  }

  @Override
  public void readDone(ByteBuf in) {
    in.release();
    socket().context().flush();
  }

  @Override
  public void pong(byte[] payload) {
    // Not asked for.
  }

  @Override
  public void write(ByteBuf frames, ChannelPromise promise) {
    throw new UnsupportedOperationException("an echo writes nothing of its own");
  }

  @Override
  public void closed() {
    ByteBuf unfinished = message;
    if (unfinished != null) {
      message = null;
      unfinished.release();
    }
  }

  private WebSocketHandler socket() {
    return Objects.requireNonNull(socket);
  }
}
