package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.EndReason;
import io.wirelace.transport.HoldsMemory;
import io.wirelace.wire.Role;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket after its handshake: control frames, closing, compression. What the messages mean is
 * for {@link Messages}. Belongs to its channel's event loop.
 *
 * <p>Closing (RFC 6455, section 7): the session's end of stream is our close frame, the peer's
 * close frame is its end of stream. When both have passed the server closes the TCP connection, and
 * the client waits for that. A peer that broke a rule gets the close frame and our FIN, and what it
 * still sends is read and thrown away, so that no reset destroys what it was told.
 */
public final class WebSocketHandler extends ChannelDuplexHandler
    implements FrameReader.Sink, HoldsMemory {
  /** How long a client waits for the server to close TCP after both close frames. */
  private static final long SERVER_CLOSES_WITHIN_MS = 1000;

  private final Role role;
  private final FrameLimits limits;
  private final @Nullable Deflate deflate;
  private final Messages messages;
  private final FrameReader reader;
  private final InboundMessages inbound;

  private @Nullable ChannelHandlerContext context;

  // Pings.
  private byte @Nullable [] owedPong;
  private boolean flushOwed;
  private long secondStartNs;
  private int controlsThisSecond;

  // The peer's silence in the middle of a message.
  private @Nullable ScheduledFuture<?> messageTimer;
  private long lastReadNs;

  // Closing.
  private @Nullable CloseCode failure;
  private String failureText = "";
  private boolean closeSent;
  private boolean closeReceived;
  private boolean inputEnded;
  private @Nullable ChannelPromise closeWhenServerHas;

  /**
   * For one connection.
   *
   * @param role which side this is
   * @param deflate what was agreed about compression, null for none
   * @param messages what the messages mean
   */
  public WebSocketHandler(
      Role role, FrameLimits limits, @Nullable Deflate deflate, Messages messages) {
    this.role = role;
    this.limits = limits;
    this.deflate = deflate;
    this.messages = messages;
    this.reader = new FrameReader(role, deflate != null, limits, this);
    this.inbound = new InboundMessages(this, reader, messages, limits.maxMessageBytes());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    messages.open(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    reader.stop();
    inbound.release();
    messages.closed();
    ScheduledFuture<?> running = messageTimer;
    if (running != null) {
      messageTimer = null;
      running.cancel(false);
    }
  }

  /** Where this handler stands; frames are fired from here. */
  public ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "not in a pipeline yet");
  }

  @Override
  public long heldBytes() {
    return (long) inbound.heldBytes() + messages.heldBytes();
  }

  // ---- in ----

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    inbound.read(in);
  }

  /** The session reads on: first what is held of what was read, and then from the network. */
  @Override
  public void read(ChannelHandlerContext ctx) {
    if (inbound.holdsReads()) {
      inbound.goOnLater();
    } else {
      ctx.read();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (flushOwed) {
      flushOwed = false;
      ctx.flush();
    }
    if (reader.isMidMessage()) {
      lastReadNs = System.nanoTime();
      if (messageTimer == null) {
        watchMessage(limits.messageTimeout().toNanos());
      }
    }
    ctx.fireChannelReadComplete();
  }

  private void watchMessage(long ns) {
    messageTimer = context().executor().schedule(this::checkMessage, ns, TimeUnit.NANOSECONDS);
  }

  private void checkMessage() {
    messageTimer = null;
    if (!reader.isMidMessage()) {
      return;
    }
    long now = System.nanoTime();
    if (!inbound.isWanted()) {
      lastReadNs = now; // it is us who do not read
    }
    long timeout = limits.messageTimeout().toNanos();
    long left = timeout - (now - lastReadNs);
    if (left > 0) {
      watchMessage(left);
      return;
    }
    String why = "half a message, then nothing for " + timeout / 1_000_000 + " ms";
    fail(CloseCode.GOING_AWAY, Fault.of(ErrorCode.IDLE_TIMEOUT, why + " (message-timeout)"));
  }

  @Override
  public void onMessageStart(int opcode, boolean compressed) {
    inbound.start(opcode, compressed);
  }

  @Override
  public int target(int at) {
    return inbound.target(at);
  }

  @Override
  public void onPayload(ByteBuf buffer, int at, int length) {
    inbound.payload(buffer, at, length);
  }

  @Override
  public void onMessageEnd() {
    inbound.messageEnd();
  }

  // ---- pings ----

  @Override
  public void onPing(byte[] payload) {
    if (countControl() && !closeSent) {
      // A peer that does not read its pongs is owed the latest only (section 5.5.3).
      if (context().channel().isWritable()) {
        pong(payload);
      } else {
        owedPong = payload;
      }
    }
  }

  @Override
  public void onPong(byte[] payload) {
    if (countControl()) {
      messages.pong(payload);
    }
  }

  private void pong(byte[] payload) {
    ChannelHandlerContext ctx = context();
    ctx.write(
        FrameWriter.control(ctx.alloc(), role, Opcode.PONG, payload), ctx.channel().voidPromise());
    flushOwed = true;
  }

  private boolean countControl() {
    long now = System.nanoTime();
    if (now - secondStartNs >= TimeUnit.SECONDS.toNanos(1)) {
      secondStartNs = now;
      controlsThisSecond = 0;
    }
    if (++controlsThisSecond <= limits.maxPings()) {
      return true;
    }
    fail(CloseCode.POLICY, "more than " + limits.maxPings() + " pings and pongs in a second");
    return false;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    byte[] owed = owedPong;
    if (owed != null && ctx.channel().isWritable() && !closeSent) {
      owedPong = null;
      pong(owed);
      flushOwed = false;
      ctx.flush();
    }
    ctx.fireChannelWritabilityChanged();
  }

  // ---- out ----

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf frames) {
      messages.write(frames, promise);
    } else if (message == EndOfStream.INSTANCE) {
      endOurSide(ctx, promise);
    } else {
      ctx.write(message, promise);
    }
  }

  /** Sends a whole message; takes over the buffer, whose bytes may be changed. */
  public void send(int opcode, ByteBuf message, ChannelPromise promise) {
    ChannelHandlerContext ctx = context();
    if (closeSent) {
      message.release();
      if (promise.isVoid()) {
        return; // nobody waits for it, and the connection is ending in order
      }
      promise.tryFailure(
          Fault.of(ErrorCode.CONNECTION_CLOSED, "a close frame was sent").toException());
      return;
    }
    ByteBuf payload = message;
    int first = Opcode.FIN | opcode;
    if (deflate != null && message.readableBytes() >= Deflate.LEAST_BYTES) {
      try {
        payload = MessageDeflater.deflate(ctx.alloc(), message, deflate.peerWindowBits());
      } finally {
        message.release();
      }
      first |= Opcode.RSV1;
    }
    int length = payload.readableBytes();
    int key = role == Role.CLIENT ? Masking.key() : 0;
    ctx.write(
        FrameWriter.header(ctx.alloc(), role, first, length, key), ctx.channel().voidPromise());
    if (role == Role.CLIENT) {
      Masking.apply(payload, payload.readerIndex(), length, key);
    }
    ctx.write(payload, promise);
  }

  /** Flushes when the read is over that goes on now. */
  public void flushAfterRead() {
    flushOwed = true;
  }

  /** Sends a ping; the payload is at most 125 bytes. */
  public void ping(byte[] payload) {
    if (!closeSent) {
      ChannelHandlerContext ctx = context();
      ctx.writeAndFlush(
          FrameWriter.control(ctx.alloc(), role, Opcode.PING, payload),
          ctx.channel().voidPromise());
    }
  }

  // ---- the end ----

  /** The peer broke a rule: reads nothing more, and has the session end. */
  public void fail(CloseCode code, String why) {
    fail(code, code.fault(why));
  }

  private void fail(CloseCode code, Fault why) {
    if (failure != null) {
      return;
    }
    failure = code;
    failureText = why.message();
    reader.stop();
    messages.flush();
    ChannelHandlerContext ctx = context();
    ctx.fireExceptionCaught(why.toException());
    if (closeSent) {
      ctx.writeAndFlush(EndOfStream.INSTANCE); // the close handshake will not be completed
    }
  }

  @Override
  public void onViolation(CloseCode code, String why) {
    fail(code, why);
  }

  @Override
  public void onClose(int code, String reason) {
    closeReceived = true;
    messages.flush();
    ChannelHandlerContext ctx = context();
    ctx.fireUserEventTriggered(new EndReason(CloseCode.heard(code, reason)));
    ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
  }

  /** The session has sent its last: so do we. */
  private void endOurSide(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (failure == null) {
      closeFrame(ctx, promise);
    } else {
      closeFrame(ctx, ctx.channel().voidPromise());
      ctx.write(EndOfStream.INSTANCE, promise);
    }
  }

  private void closeFrame(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (closeSent) {
      promise.trySuccess();
      return;
    }
    closeSent = true;
    owedPong = null;
    CloseCode code = failure;
    String reason = failureText;
    if (code == null) {
      Fault why = EndReason.left(ctx.channel()).orElse(null);
      code = why == null || closeReceived ? CloseCode.NORMAL : CloseCode.of(why);
      reason = why == null || code == CloseCode.NORMAL ? "" : why.message();
    }
    byte[] payload = FrameWriter.closePayload(code.number(), reason);
    ctx.write(FrameWriter.control(ctx.alloc(), role, Opcode.CLOSE, payload), promise);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event != EndOfStream.INSTANCE) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (inbound.holdsReads()) {
      inbound.endLater();
      return;
    }
    inputEnded = true;
    if (closeWhenServerHas != null && !closeWhenServerHas.isDone()) {
      ctx.close(closeWhenServerHas);
    } else if (!closeReceived) {
      reader.stop();
      if (failure == null) {
        ctx.fireUserEventTriggered(
            new EndReason(
                Fault.of(
                    ErrorCode.CONNECTION_CLOSED,
                    "the connection ended without a close frame (close code 1006)")));
      }
      ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (!closeSent && ctx.channel().isActive()) {
      // Without waiting: whoever closes the channel has waited for what was worth it.
      closeFrame(ctx, ctx.channel().voidPromise());
      ctx.flush();
    }
    boolean serverCloses = role == Role.CLIENT && closeReceived && !inputEnded;
    if (!serverCloses || closeWhenServerHas != null) {
      ctx.close(promise);
      return;
    }
    closeWhenServerHas = promise;
    ScheduledFuture<?> patience =
        ctx.executor()
            .schedule(() -> ctx.close(promise), SERVER_CLOSES_WITHIN_MS, TimeUnit.MILLISECONDS);
    promise.addListener(closed -> patience.cancel(false));
  }
}
