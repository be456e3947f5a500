package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.wirelace.error.ErrorCode;
import io.wirelace.wire.FrameHeader;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a listener does for one proven peer below its session: answers what is left of the
 * handshake, and a HELLO that comes again because its WELCOME was lost; tells the peer's own
 * datagrams from forged ones, and bounds what is sent where it cannot. Event loop only.
 */
final class PeerHandler extends DatagramEnds {
  /** For so long a cookie that comes once more is a copy, and its sender may not know that. */
  private static final long YOUNG_NS = TimeUnit.SECONDS.toNanos(2);

  /** While something is held back, whether the peer may be asked is looked at so often ... */
  private static final long ASK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** ... and so many times; then with the next that is to be sent. */
  private static final int MOST_ASKS = 30;

  private final UdpListener listener;
  private final PeerChannel channel;
  private final InetSocketAddress source;
  private final Proof proof = new Proof();
  private final Allowance allowance;
  private boolean held;
  private boolean asking;

  /** The cookie for somebody else who has the peer's address now; 0 until one asks. */
  private long successorsCookie;

  /** Whether its first frame that is no heartbeat has come. */
  private boolean begun;

  private boolean greeted;
  private byte @Nullable [] welcome;
  private @Nullable ChannelHandlerContext context;

  /** For a source that has sent back that cookie. */
  PeerHandler(UdpListener listener, PeerChannel channel, InetSocketAddress source, long cookie) {
    proof.cookie(cookie);
    this.listener = listener;
    this.channel = channel;
    this.source = source;
    this.allowance = new Allowance(listener.nowNs());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  boolean isBegun() {
    return true;
  }

  /** For the listener: nothing came for too long. */
  void expire(long silentMs) {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      expire(ctx, silentMs);
    }
  }

  /** For the listener: another peer gets its place. */
  void displaced() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      end(
          ctx,
          ErrorCode.CONNECTION_LIMIT,
          "another peer needed its place, and it had not said anything yet (max-peers)");
    }
  }

  // ---- whose datagrams these are ----

  /**
   * Whether a datagram of the peer's address may be taken for its own: it proves that, or the peer
   * has never proved anything. What proved it is taken out of the frame.
   */
  boolean admit(ByteBuf frame) {
    if (!proof.isDemanding()) {
      allowance.received(frame.readableBytes());
      flushHeld();
    }
    boolean probe = DatagramFrame.isProbe(frame);
    if (probe && !proof.isProving()) {
      long cookie = listener.cookieOf(source, DatagramFrame.clock(frame));
      if (cookie != 0) {
        proof.cookie(cookie);
      }
    }
    if (!proof.check(frame)) {
      return !proof.isDemanding();
    }
    there();
    if (probe) {
      agree();
    } else if (proof.isProving()) {
      proof.demand();
    }
    return true;
  }

  /** The client can prove what it sends: says that this side can, and does from now on. */
  private void agree() {
    proof.prove();
    ChannelHandlerContext ctx = context;
    if (ctx != null && !proof.isDemanding()) {
      ctx.writeAndFlush(proof.probe(listener.nowNs()), ctx.voidPromise());
    }
  }

  /**
   * The cookie for whoever else sends from the peer's address: not the one that the source would
   * get, which may be the peer's own.
   */
  long successorsCookie() {
    if (successorsCookie == 0) {
      successorsCookie = listener.newCookie();
    }
    return successorsCookie;
  }

  /** Whether a datagram that is not the peer's own proves that another has its address now. */
  boolean isSucceededBy(ByteBuf frame) {
    return successorsCookie != 0
        && DatagramFrame.isReply(frame)
        && DatagramFrame.clock(frame) == successorsCookie;
  }

  /** Whether a datagram is the reply that made the peer, once more: its answer may be lost. */
  boolean isFirstReply(ByteBuf frame) {
    return DatagramFrame.isReply(frame) && proof.isOf(DatagramFrame.clock(frame));
  }

  /** For the listener: another has its address. */
  void succeeded() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      lost(ctx);
    }
    channel.close();
  }

  private void there() {
    if (isThere()) {
      listener.disbelieved(source);
    }
  }

  @Override
  boolean isProved() {
    return proof.isDemanding();
  }

  @Override
  void ask(ChannelHandlerContext ctx) {
    listener.probe(source);
  }

  // ---- how much it gets ----

  /** A frame with what proves it. Owns the buffer. */
  ByteBuf sign(ByteBuf frame) {
    return proof.sign(frame, channel.alloc());
  }

  /** Whether so much may be sent to it now; if not, it is flushed when it has shown itself. */
  boolean mayTake(int bytes) {
    if (proof.isDemanding() || allowance.take(bytes, listener.nowNs())) {
      return true;
    }
    held = true;
    if (!asking) {
      askAgain(MOST_ASKS);
    }
    return false;
  }

  private void askAgain(int left) {
    ChannelHandlerContext ctx = context;
    asking = held && left > 0 && ctx != null && channel.isActive();
    if (!asking || ctx == null) {
      return;
    }
    if (allowance.mayAsk(listener.nowNs())) {
      listener.probe(source);
    }
    ctx.executor().schedule(() -> askAgain(left - 1), ASK_NS, TimeUnit.NANOSECONDS);
  }

  private void flushHeld() {
    if (held) {
      held = false;
      channel.eventLoop().execute(channel::flush); // not within a read
    }
  }

  @Override
  boolean canTell(ChannelHandlerContext ctx) {
    return super.canTell(ctx) && !held;
  }

  // ---- what comes and goes ----

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = (ByteBuf) message;
    if (DatagramFrame.kind(frame) == FrameHeader.HEARTBEAT && answers(ctx, frame)) {
      frame.release();
    } else if (greeted && DatagramFrame.kind(frame) == FrameHeader.HELLO) {
      frame.release();
      if (welcome != null) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(welcome), ctx.voidPromise());
      }
    } else if (DatagramFrame.isEnd(frame)) {
      heardEnd(ctx, frame);
    } else {
      if (!begun && DatagramFrame.kind(frame) != FrameHeader.HEARTBEAT) {
        begun = true;
        greeted = DatagramFrame.kind(frame) == FrameHeader.HELLO;
      }
      ctx.fireChannelRead(frame);
    }
  }

  /**
   * Whether a heartbeat belongs to the handshake, which the session must not see: HELLO has to be
   * the first frame that it gets, and a cookie is no time.
   */
  private boolean answers(ChannelHandlerContext ctx, ByteBuf frame) {
    if (DatagramFrame.isReply(frame) && listener.proves(source, DatagramFrame.clock(frame))) {
      allowance.answered(listener.nowNs());
      there();
      flushHeld();
      if (listener.nowNs() - channel.openedNs() < YOUNG_NS) {
        ctx.writeAndFlush(DatagramFrame.signOfLife(), ctx.voidPromise());
      }
      return true;
    }
    if (!begun && DatagramFrame.isProbe(frame)) {
      ctx.writeAndFlush(DatagramFrame.reply(DatagramFrame.clock(frame)), ctx.voidPromise());
    }
    return !begun;
  }

  @Override
  void writeFrames(ChannelHandlerContext ctx, ByteBuf frames, ChannelPromise promise) {
    if (greeted && welcome == null) {
      keepWelcome(frames);
    }
    ctx.write(frames, promise);
  }

  private void keepWelcome(ByteBuf frames) {
    int at = frames.readerIndex();
    while (at < frames.writerIndex()) {
      int bytes = 4 + frames.getInt(at);
      if (frames.getByte(at + FrameHeader.TYPE_OFFSET) == FrameHeader.WELCOME) {
        welcome = ByteBufUtil.getBytes(frames, at, bytes);
        return;
      }
      at += bytes;
    }
  }
}
