package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.DatagramPacket;
import io.wirelace.config.Times;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Drop;
import io.wirelace.transport.DatagramDrops;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.Link;
import io.wirelace.transport.TransportContext;
import io.wirelace.wire.FrameHeader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's side of a conversation by datagrams: asks until it is answered, proves itself, puts
 * the session on the channel, repeats a HELLO that may have been lost, and keeps the listener from
 * forgetting it. Event loop only, but for {@link #ready}.
 */
final class UdpClient extends DatagramEnds {
  private static final long FIRST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long MOST_WAIT_NS = TimeUnit.SECONDS.toNanos(1);

  /** Beyond that the listener is one that does not know of proofs. */
  private static final long MOST_OFFER_NS = TimeUnit.SECONDS.toNanos(4);

  /** Signs of life that come so late are not of this session's beginning. */
  private static final long YOUNG_NS = TimeUnit.SECONDS.toNanos(2);

  /** Looks within an idle timeout; a third of it without a word of ours asks for one. */
  private static final int LOOKS = 6;

  private enum State {
    /** Probes go out; nothing has come that shows a peer. */
    ASKING,
    /** The session runs, and waits for the answer to its HELLO. */
    GREETING,
    /** The session runs. */
    OPEN
  }

  private final Endpoint endpoint;
  private final UdpOptions options;
  private final TransportContext context;
  private final BooleanSupplier first;
  private final DatagramDrops drops;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private final Proof proof = new Proof();

  private State state = State.ASKING;
  private long cookie;
  private long question;
  private boolean welcomed;
  private byte @Nullable [] hello;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable ScheduledFuture<?> helloTimer;
  private long startedNs;
  private long lastReadNs;
  private long lastWrittenNs;
  private long lastProbedNs;
  private @Nullable ScheduledFuture<?> offerTimer;

  /**
   * For one address.
   *
   * @param first whether no other address has answered before
   */
  UdpClient(
      Endpoint endpoint, UdpOptions options, TransportContext context, BooleanSupplier first) {
    this.first = first;
    this.endpoint = endpoint;
    this.options = options;
    this.context = context;
    this.drops = new DatagramDrops(endpoint.uri(), context.listener());
  }

  /** Completes when the session is on the channel, or says why it will not be. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  @Override
  boolean isBegun() {
    return state != State.ASKING;
  }

  // ---- the handshake ----

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (ctx.channel().remoteAddress() == null) {
      ctx.fireChannelActive(); // bound, and not connected yet
      return;
    }
    startedNs = System.nanoTime();
    drops.start(ctx.executor());
    ask(ctx, FIRST_WAIT_NS);
  }

  private void ask(ChannelHandlerContext ctx, long waitNs) {
    if (state != State.ASKING || !ctx.channel().isActive()) {
      return;
    }
    long now = System.nanoTime();
    Duration most = options.connectTimeout();
    long leftNs = most.isZero() ? Long.MAX_VALUE : Times.ns(most) - (now - startedNs);
    if (leftNs <= 0) {
      fail(ctx, new ConnectTimeoutException("nobody answered"));
      return;
    }
    ctx.writeAndFlush(DatagramFrame.probe(now & Long.MAX_VALUE), ctx.voidPromise());
    timer =
        ctx.executor()
            .schedule(
                () -> ask(ctx, Math.min(2 * waitNs, MOST_WAIT_NS)),
                Math.min(waitNs, leftNs),
                TimeUnit.NANOSECONDS);
  }

  /**
   * Reads a frame of the handshake. Owns it.
   *
   * @return the frame if it is for the session, which has been started then
   */
  private @Nullable ByteBuf answered(ChannelHandlerContext ctx, ByteBuf frame) {
    if (!DatagramFrame.isEnd(frame) && !first.getAsBoolean()) {
      fail(ctx, new ClosedChannelException()); // and nobody made a session for us
    } else if (DatagramFrame.isProbe(frame)) {
      if (Cookies.isCookie(DatagramFrame.clock(frame))) {
        cookie = DatagramFrame.clock(frame);
      }
      ctx.writeAndFlush(DatagramFrame.reply(DatagramFrame.clock(frame)), ctx.voidPromise());
    } else if (DatagramFrame.isEnd(frame)) {
      int number = DatagramFrame.code(frame);
      ErrorCode code = ErrorCode.of(number).orElse(ErrorCode.CONNECTION_FAILED);
      fail(ctx, new WirelaceException(code, endpoint.uri() + " turned us away: " + number));
    } else {
      boolean heartbeat = DatagramFrame.kind(frame) == FrameHeader.HEARTBEAT;
      begin(ctx);
      if (!heartbeat) {
        return frame;
      }
    }
    frame.release();
    return null;
  }

  private void begin(ChannelHandlerContext ctx) {
    state = State.OPEN; // GREETING once the session says HELLO
    if (timer != null) {
      timer.cancel(false);
    }
    startedNs = System.nanoTime();
    lastReadNs = startedNs;
    lastWrittenNs = startedNs;
    long ns = options.idleTimeout().toNanos() / LOOKS;
    timer = ctx.executor().scheduleWithFixedDelay(() -> look(ctx), ns, ns, TimeUnit.NANOSECONDS);
    if (cookie != 0) {
      proof.cookie(cookie);
      offer(ctx, FIRST_WAIT_NS);
    }
    context
        .starter()
        .startSession(
            ctx.channel(),
            Link.of(ctx.channel(), endpoint.scheme())
                .withMaxFrameBytes(UdpTransport.MOST_FRAME_BYTES));
    ready.complete(null);
  }

  /** Says that this side can prove what it sends, until the listener says the same. */
  private void offer(ChannelHandlerContext ctx, long waitNs) {
    if (!proof.isProving() && waitNs <= MOST_OFFER_NS && ctx.channel().isActive()) {
      ctx.writeAndFlush(proof.probe(System.nanoTime()), ctx.voidPromise());
      offerTimer =
          ctx.executor().schedule(() -> offer(ctx, 2 * waitNs), waitNs, TimeUnit.NANOSECONDS);
    }
  }

  private void fail(ChannelHandlerContext ctx, Throwable cause) {
    ready.completeExceptionally(cause);
    ctx.close();
  }

  // ---- in ----

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = message instanceof DatagramPacket packet ? packet.content() : (ByteBuf) message;
    if (!DatagramFrame.isWhole(frame)) {
      drops.drop(Drop.FOREIGN, ctx.channel().remoteAddress());
      frame.release();
      return;
    }
    if (state != State.ASKING && !admit(ctx, frame)) {
      frame.release();
      return;
    }
    lastReadNs = System.nanoTime();
    if (state == State.ASKING) {
      ByteBuf forSession = answered(ctx, frame);
      if (forSession == null) {
        return;
      }
      frame = forSession;
    }
    if (DatagramFrame.isEnd(frame)) {
      stopHello();
      heardEnd(ctx, frame);
    } else if (DatagramFrame.isSignOfLife(frame)) {
      frame.release();
      signOfLife(ctx);
    } else if (DatagramFrame.kind(frame) == FrameHeader.WELCOME && welcomed) {
      frame.release(); // a copy: the answer to a repeated HELLO
    } else {
      if (DatagramFrame.kind(frame) == FrameHeader.WELCOME) {
        welcomed = true;
        stopHello();
      } else if (DatagramFrame.isProbe(frame)) {
        lastProbedNs = lastReadNs; // the session answers it
      }
      ctx.fireChannelRead(frame);
    }
  }

  /**
   * Whether a datagram may be taken for the listener's own: it proves that, or the listener has
   * never proved anything. What proved it is taken out of the frame.
   */
  private boolean admit(ChannelHandlerContext ctx, ByteBuf frame) {
    boolean proved = proof.check(frame);
    if (!proved && proof.isDemanding()) {
      forged(ctx, frame);
      return false;
    }
    boolean answer = DatagramFrame.isReply(frame) && DatagramFrame.clock(frame) == question;
    if ((proved || answer) && isThere()) {
      drops.drop(Drop.UNPROVEN, ctx.channel().remoteAddress());
    }
    if (proved && !DatagramFrame.isReply(frame)) { // any listener would reply
      proof.prove();
      proof.demand();
    }
    return true;
  }

  /**
   * A probe with a cookie is what a listener says that does not know us, as after a restart. To
   * answer it would be to let anybody put us in our own place.
   */
  private void forged(ChannelHandlerContext ctx, ByteBuf frame) {
    if (DatagramFrame.isProbe(frame) && Cookies.isCookie(DatagramFrame.clock(frame))) {
      suspect(ctx);
    } else if (DatagramFrame.kind(frame) != FrameHeader.HEARTBEAT) {
      drops.drop(Drop.UNPROVEN, ctx.channel().remoteAddress());
    }
  }

  @Override
  boolean isProved() {
    return proof.isDemanding();
  }

  @Override
  void ask(ChannelHandlerContext ctx) {
    question = System.nanoTime() & Long.MAX_VALUE;
    ctx.writeAndFlush(signed(ctx, DatagramFrame.probe(question)), ctx.voidPromise());
  }

  /**
   * A listener says this when it has made a session. Long after ours began, and just after we
   * answered a probe, it means that it had forgotten us, as after a restart: ours is over.
   */
  private void signOfLife(ChannelHandlerContext ctx) {
    boolean late = lastReadNs - startedNs > YOUNG_NS;
    if (late && lastProbedNs != 0 && lastReadNs - lastProbedNs < YOUNG_NS && !isOver()) {
      lost(ctx);
    }
  }

  // ---- out ----

  @Override
  ByteBuf signed(ChannelHandlerContext ctx, ByteBuf frame) {
    return proof.sign(frame, ctx.alloc());
  }

  @Override
  void writeFrames(ChannelHandlerContext ctx, ByteBuf frames, ChannelPromise promise) {
    lastWrittenNs = System.nanoTime();
    if (hello == null && frames.isReadable()) {
      noteHello(ctx, frames);
    }
    try {
      while (frames.isReadable()) {
        int bytes = DatagramFrame.frameBytes(frames);
        boolean last = bytes == frames.readableBytes();
        // The slice keeps the buffer until it has left.
        ByteBuf frame = signed(ctx, frames.readRetainedSlice(bytes));
        ctx.write(frame, last ? promise : ctx.voidPromise());
      }
    } finally {
      frames.release();
    }
  }

  private void noteHello(ChannelHandlerContext ctx, ByteBuf frames) {
    if (DatagramFrame.kind(frames) != FrameHeader.HELLO) {
      hello = new byte[0]; // it comes first or never
      return;
    }
    state = State.GREETING;
    hello = ByteBufUtil.getBytes(frames, frames.readerIndex(), DatagramFrame.frameBytes(frames));
    scheduleHello(ctx, FIRST_WAIT_NS);
  }

  private void scheduleHello(ChannelHandlerContext ctx, long waitNs) {
    helloTimer =
        ctx.executor().schedule(() -> repeatHello(ctx, waitNs), waitNs, TimeUnit.NANOSECONDS);
  }

  private void repeatHello(ChannelHandlerContext ctx, long waitNs) {
    byte[] bytes = hello;
    if (state == State.GREETING && bytes != null && ctx.channel().isActive()) {
      ctx.writeAndFlush(signed(ctx, Unpooled.copiedBuffer(bytes)), ctx.voidPromise());
      scheduleHello(ctx, Math.min(2 * waitNs, MOST_WAIT_NS));
    }
  }

  private void stopHello() {
    state = State.OPEN;
    if (helloTimer != null) {
      helloTimer.cancel(false);
    }
  }

  @Override
  void unsent(IOException cause) {
    drops.drop(Drop.UNSENT, cause);
  }

  // ---- silence and ends ----

  private void look(ChannelHandlerContext ctx) {
    if (isOver() || !ctx.channel().isActive()) {
      return;
    }
    long now = System.nanoTime();
    long idleNs = options.idleTimeout().toNanos();
    if (!ctx.channel().config().isAutoRead()) {
      lastReadNs = now; // it is this side that does not read
    }
    if (now - lastReadNs >= idleNs) {
      expire(ctx, (now - lastReadNs) / 1_000_000);
    } else if (now - lastReadNs >= idleNs / 3 || now - lastWrittenNs >= idleNs / 3) {
      lastWrittenNs = now;
      ByteBuf probe = DatagramFrame.probe(now & Long.MAX_VALUE);
      ctx.writeAndFlush(signed(ctx, probe), ctx.voidPromise());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof WirelaceException || !(cause instanceof IOException)) {
      ctx.fireExceptionCaught(cause);
    } else if (cause instanceof PortUnreachableException || cause instanceof ConnectException) {
      if (state == State.ASKING) {
        ConnectException refused = new ConnectException("nobody listens there");
        refused.initCause(cause);
        fail(ctx, refused);
      } else {
        suspect(ctx); // a forged ICMP message says so as well
      }
    } else {
      drops.drop(Drop.UNSENT, cause); // only a datagram is lost
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (timer != null) {
      timer.cancel(false);
    }
    if (offerTimer != null) {
      offerTimer.cancel(false);
    }
    stopHello();
    drops.stop();
    ready.completeExceptionally(new ClosedChannelException());
    super.channelInactive(ctx);
  }
}
