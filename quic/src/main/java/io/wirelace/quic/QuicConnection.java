package io.wirelace.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.util.concurrent.PromiseCombiner;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.EndReason;
import io.wirelace.transport.FurtherStream;
import io.wirelace.transport.HoldsMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One QUIC connection under its session: the first handler of the connection's own channel, whose
 * pipeline carries the session. What comes on the first stream is fired up this pipeline; each
 * further stream joins the session with a decoder of its own. What the session writes is spread
 * over the streams by {@link Answers}.
 *
 * <pre>
 *   UDP socket → QUIC codec → connection: QuicConnection → FrameDecoder → SessionHandler
 *                               stream 0: Lane ─────────┘                      ↑
 *                               stream 4: Lane → FrameDecoder ─────────────────┘
 * </pre>
 *
 * <p>Event loop only.
 */
final class QuicConnection extends ChannelDuplexHandler implements HoldsMemory {
  /** Netty's index for a user-defined writability condition. */
  private static final int WRITABILITY = 1;

  /** How long the side that ended second waits for the other to close. */
  private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(2);

  private static final QuicStreamPriority FIRST = new QuicStreamPriority(0, false);

  private enum Phase {
    /** The handshake runs, or the first stream is not there yet. */
    STARTING,
    /** A session runs. */
    OPEN,
    /** Both directions have ended; the peer may not have got all of ours yet. */
    LINGERING,
    /** Closed, or about to be. */
    CLOSED
  }

  /** The side of the transport that made this connection. */
  interface Owner {
    /** The handshake is done. */
    void established(QuicConnection connection, QuicChannel channel);

    /** The first stream is there: puts the session on the channel. */
    void start(QuicConnection connection, QuicChannel channel);

    /** It failed before there was a session. */
    void failed(QuicChannel channel, Fault fault);
  }

  private final Owner owner;
  private final List<Lane> lanes = new ArrayList<>(4);
  private final Answers answers = new Answers(lanes);

  private Phase phase = Phase.STARTING;
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Lane first;

  /** Large frames that streams have not passed on to the library; others may read an old number. */
  private long heldBytes;

  private boolean readsOn;
  private boolean peerEnded;
  private boolean endedSecond;
  private boolean ended;
  private boolean said;
  private boolean spoken;
  private boolean waitsToClose;
  private long endedNs;
  private long peerEndedNs;

  QuicConnection(Owner owner) {
    this.owner = owner;
  }

  // ---- the connection's life ----

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    DatagramRoom.attach(channel());
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    owner.established(this, channel());
    active.fireChannelActive();
  }

  /** Whether there is, or was, a session. */
  boolean hasStarted() {
    return first != null;
  }

  private void start(Lane lane) {
    first = lane;
    phase = Phase.OPEN;
    lane.stream().updatePriority(FIRST);
    owner.start(this, channel());
    laneWritabilityChanged(lane);
    readAll();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext triggered, Object event) {
    if (event instanceof QuicConnectionCloseEvent close) {
      peerClosed(close);
    }
    triggered.fireUserEventTriggered(event);
  }

  private void peerClosed(QuicConnectionCloseEvent close) {
    switch (phase) {
      case STARTING -> fail(QuicFaults.told(close));
      case OPEN -> context().fireUserEventTriggered(new EndReason(QuicFaults.told(close)));
      case LINGERING, CLOSED -> {} // as it should be
    }
    if (phase != Phase.CLOSED) {
      phase = Phase.CLOSED;
      channel().close();
    }
  }

  /** Gives up before there was a session. */
  void fail(Fault fault) {
    if (phase == Phase.STARTING) {
      owner.failed(channel(), fault);
      refuse(fault);
    }
  }

  /** Within the handshake there is no application error yet (RFC 9000, section 10.2.3). */
  private void refuse(Fault fault) {
    boolean stranger = fault.is(ErrorCode.UNSUPPORTED_VERSION);
    if (channel().isActive() && !stranger) {
      closeNow(fault, channel().newPromise());
      return;
    }
    phase = Phase.CLOSED;
    ByteBuf text = Unpooled.copiedBuffer(QuicFaults.reason(fault));
    int error = stranger ? QuicFaults.NO_APPLICATION_PROTOCOL : QuicFaults.CONNECTION_REFUSED;
    channel().close(false, error, text, channel().newPromise());
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    Fault silent =
        Fault.of(ErrorCode.IDLE_TIMEOUT, "no QUIC packet came for too long (idle-timeout)");
    if (phase == Phase.STARTING) {
      owner.failed(channel(), QuicFaults.lost());
    } else if (phase == Phase.OPEN && channel().isTimedOut()) {
      inactive.fireUserEventTriggered(new EndReason(silent));
    }
    phase = Phase.CLOSED;
    inactive.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
    Fault fault = QuicFaults.of(cause);
    if (phase == Phase.STARTING) {
      fail(fault);
    } else if (phase == Phase.OPEN) {
      failed.fireUserEventTriggered(new EndReason(fault));
      closeNow(fault, channel().newPromise());
    }
  }

  // ---- streams ----

  void laneOpened(Lane lane) {
    switch (phase) {
      case STARTING -> {
        lanes.add(lane);
        if (lane.isFirst()) {
          start(lane);
          List.copyOf(lanes).forEach(this::join); // those that came before the first
        }
      }
      case OPEN -> {
        lanes.add(lane);
        join(lane);
        if (said) {
          lane.end(); // we have ended, and that holds for this stream too
        }
      }
      case LINGERING, CLOSED -> lane.stream().close();
    }
  }

  private void join(Lane lane) {
    if (lane.isFirst() || lane.hasJoined() || phase != Phase.OPEN) {
      return;
    }
    QuicStreamChannel stream = lane.stream();
    lane.joined();
    context().fireUserEventTriggered(new FurtherStream(stream, id -> answers.asked(id, lane)));
    stream.pipeline().addLast(new LaneFailures(lane));
    readIfWanted(lane);
  }

  /** Bytes of the first stream. */
  void firstLaneRead(ByteBuf in) {
    context().fireChannelRead(in);
  }

  void laneReadComplete() {
    context().fireChannelReadComplete();
    readOnLater();
  }

  /**
   * Reads on when the datagrams that have come are all taken in. One has a message or two: read one
   * after the other, each would wake a thread of its own.
   */
  private void readOnLater() {
    EventLoop loop = channel().eventLoop();
    if (!readsOn && !loop.isShuttingDown()) {
      readsOn = true;
      loop.execute(() -> {
        readsOn = false;
        readAll();
      });
    }
  }

  private boolean mayRead(Lane lane) {
    return phase != Phase.CLOSED && (lane.isFirst() ? first == lane : lane.hasJoined());
  }

  /** Whether nobody wants what still comes. */
  boolean isClosed() {
    return phase == Phase.CLOSED;
  }

  private void readIfWanted(Lane lane) {
    if (mayRead(lane) && channel().config().isAutoRead()) {
      lane.read();
    }
  }

  /** The session reads on, or, where it does not otherwise, looks whether something came. */
  @Override
  public void read(ChannelHandlerContext reading) {
    reading.read();
    for (int i = lanes.size() - 1; i >= 0; i--) {
      Lane lane = lanes.get(i);
      if (mayRead(lane)) {
        lane.read();
      }
    }
    endAnswered();
  }

  private void readAll() {
    for (int i = lanes.size() - 1; i >= 0; i--) {
      readIfWanted(lanes.get(i));
    }
    endAnswered();
  }

  private void endAnswered() {
    for (int i = lanes.size() - 1; i >= 0; i--) {
      endIfAnswered(lanes.get(i));
    }
  }

  void laneInputEnded(Lane lane) {
    endIfAnswered(lane);
    checkPeerEnded();
  }

  /** A peer that ended a further stream has its answers: nothing more goes that way. */
  private void endIfAnswered(Lane lane) {
    if (phase == Phase.OPEN
        && lane.hasInputEnded()
        && !lane.isFirst()
        && !lane.hasOutputEnded()
        && !lane.hasUnanswered()
        && channel().config().isAutoRead()) { // else some of its requests may still wait
      lane.end();
    }
  }

  private void checkPeerEnded() {
    Lane ordered = first;
    if (peerEnded || ordered == null || !lanes.stream().allMatch(Lane::hasInputEnded)) {
      return;
    }
    peerEnded = true;
    peerEndedNs = System.nanoTime();
    endedSecond = !said;
    context().fireUserEventTriggered(EndOfStream.INSTANCE);
  }

  void laneClosed(Lane lane) {
    lanes.remove(lane);
    answers.forget(lane);
    if (phase == Phase.OPEN && channel().isActive()) { // else they all go, and nobody has ended
      checkPeerEnded();
    }
  }

  /** A stream was reset, or its handlers failed. */
  void laneFailed(Lane lane, Throwable cause) {
    if (phase != Phase.OPEN) {
      return;
    }
    if (lane.isFirst() || !QuicFaults.isStreamsOwn(cause)) {
      exceptionCaught(context(), cause);
    } else {
      lane.stream().close();
    }
  }

  // ---- out ----

  @Override
  public void write(ChannelHandlerContext writing, Object message, ChannelPromise promise) {
    Lane ordered = first;
    if (message == EndOfStream.INSTANCE) {
      end(promise);
    } else if (message instanceof ByteBuf frames && ordered != null) {
      spoken = true;
      boolean mayEndLanes = answers.remembersAny();
      answers.write(frames, ordered);
      if (mayEndLanes) {
        endAnswered();
      }
      promise.trySuccess();
    } else {
      writing.write(message, promise);
    }
  }

  /** Shows a session that says nothing by itself to the peer. */
  void announceIfSilent() {
    Lane ordered = first;
    if (phase == Phase.OPEN && !spoken && ordered != null) {
      ordered.announce();
    }
  }

  /** A stream's write goes out at once. */
  @Override
  public void flush(ChannelHandlerContext flushing) {}

  private void end(ChannelPromise promise) {
    said = true;
    endedNs = System.nanoTime();
    PromiseCombiner all = new PromiseCombiner(context().executor());
    for (Lane lane : lanes) {
      if (!lane.hasOutputEnded()) {
        all.add(lane.end());
      }
    }
    ChannelPromise gone = channel().newPromise();
    gone.addListener(done -> {
      ended = done.isSuccess();
      if (ended) {
        promise.trySuccess();
      } else {
        promise.tryFailure(Objects.requireNonNullElseGet(done.cause(), IOException::new));
      }
    });
    all.finish(gone);
  }

  void laneWritabilityChanged(Lane lane) {
    ChannelOutboundBuffer outbound = channel().unsafe().outboundBuffer();
    if (lane == first && outbound != null && phase != Phase.CLOSED) {
      outbound.setUserDefinedWritability(WRITABILITY, lane.stream().isWritable());
    }
  }

  void asideChanged(long bytes) {
    answers.asideChanged(bytes);
    held(bytes);
  }

  /** A stream was given so much that waits, or less than none: that has left. */
  void held(long bytes) {
    heldBytes += bytes;
  }

  /** What the library has taken is bounded by windows, and its own memory. */
  @Override
  public long heldBytes() {
    return heldBytes;
  }

  // ---- the end ----

  /**
   * Closes. When both directions have ended in good order, what we sent may still be under way, and
   * closing a QUIC connection ends its retransmission: so the side that ended second waits until
   * the other, which knows by then that it has everything, closes. When it cannot be told who was
   * second, both wait until nothing of theirs needs to be sent again.
   */
  @Override
  public void close(ChannelHandlerContext closing, ChannelPromise promise) {
    if (waitsToClose) {
      channel().closeFuture().addListener(closed -> promise.trySuccess());
      return;
    }
    if (phase == Phase.CLOSED) {
      closing.close(promise);
      return;
    }
    if (phase == Phase.OPEN && ended && peerEnded) {
      linger(promise);
      return;
    }
    Fault why = EndReason.left(channel()).orElseGet(QuicFaults::closed);
    closeNow(why, promise);
  }

  private void linger(ChannelPromise promise) {
    Fault why = EndReason.left(channel()).orElseGet(QuicFaults::closed);
    if (!endedSecond && isAnswerToOurEnd()) {
      closeNow(why, promise);
      return;
    }
    phase = Phase.LINGERING;
    channel().closeFuture().addListener(closed -> promise.trySuccess());
    Runnable close =
        () -> {
          if (phase == Phase.LINGERING) {
            closeNow(why, channel().newPromise());
          }
        };
    if (endedSecond) {
      context().executor().schedule(close, LINGER_NS, TimeUnit.NANOSECONDS);
    } else {
      new Quiet(channel(), QuicFaults.rttNs(channel())).then(close);
    }
  }

  /**
   * Whether the peer's end, which came after ours, was the answer to it: then the peer has all that
   * we sent. Sooner than a round trip it cannot be; and where datagrams have been lost, either end
   * may be a repetition, so that the time between them says nothing. Else both may have ended at
   * once, and what we sent last may still be under way.
   */
  private boolean isAnswerToOurEnd() {
    QuicConnectionStats stats = channel().collectStats().getNow();
    return stats != null
        && stats.lost() == 0
        && peerEndedNs - endedNs >= QuicFaults.rttNs(channel());
  }

  /**
   * Closes before both have ended. The close is a packet like others: where as much is under way as
   * may be it would never be sent, and the peer would be left with half a frame. So what waits is
   * thrown away with the streams first, and the first acknowledgement makes room.
   */
  private void closeNow(Fault why, ChannelPromise promise) {
    boolean hasRoom = phase != Phase.OPEN || lanes.stream().noneMatch(Lane::isBackedUp);
    phase = Phase.CLOSED;
    if (hasRoom) {
      sayClosed(why, promise);
      return;
    }
    ChannelOutboundBuffer outbound = channel().unsafe().outboundBuffer();
    if (outbound != null) {
      outbound.setUserDefinedWritability(
          WRITABILITY, false); // the session counts what it still has
    }
    List.copyOf(lanes).forEach(lane -> lane.reset(QuicFaults.code(why)));
    waitsToClose = true;
    channel().closeFuture().addListener(closed -> promise.trySuccess());
    new Acknowledged(channel()).then(() -> sayClosed(why, channel().newPromise()));
  }

  private void sayClosed(Fault why, ChannelPromise promise) {
    waitsToClose = false;
    ByteBuf text = Unpooled.copiedBuffer(QuicFaults.reason(why));
    channel().close(true, QuicFaults.code(why), text, promise);
  }

  private QuicChannel channel() {
    return (QuicChannel) context().channel();
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(ctx, "not attached to a channel yet");
  }
}
