package io.wirelace.session;

import io.netty.channel.ChannelHandlerContext;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.EndReason;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a session ends without losing what it accepted.
 *
 * <pre>
 *   drain()  takes no new work       → in flight and mailbox run dry
 *   begin()  accepts nothing more    → outbound queue runs dry → our end of stream
 *            reads on, throws away   → the peer's end of stream → channel closed
 * </pre>
 *
 * <p>The peer's end of stream alone drains too: it still gets the answers to what it sent before.
 * Its GOAWAY does not: a client listens until the end itself has come, or the server is silent.
 * Reading on to the peer's end matters: closing with unread data would reset the connection and
 * destroy what the peer has yet to read. The {@link Watch} cuts all this off after the close
 * timeout. Event loop only.
 */
final class Ending {
  /** A peer that leaves and then sends nothing for so long waits for this side to end. */
  private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(1);

  private final Session session;
  private final ChannelHandlerContext ctx;
  private final Decoders decoders;
  private final ReadGate gate;
  private final Watch watch;

  private MessageSink.@Nullable Inbox inbox;
  private @Nullable CloseReason reason;
  private @Nullable Fault peerError;
  private @Nullable Fault lastWord;
  private boolean peerEnded;
  private boolean outputEnded;
  private boolean finished;
  private boolean leaving;

  Ending(
      Session session, ChannelHandlerContext ctx, Decoders decoders, ReadGate gate, Watch watch) {
    this.session = session;
    this.ctx = ctx;
    this.decoders = decoders;
    this.gate = gate;
    this.watch = watch;
  }

  /** What has to run dry before the session may close by itself. */
  void inbox(MessageSink.Inbox box) {
    inbox = box;
    session.memory().inbox(box);
  }

  /** The first reason counts. */
  void because(CloseReason why) {
    if (reason == null) {
      reason = why;
    }
  }

  /**
   * The reason so far, or {@code otherwise}; an error that the peer told says more than its end.
   */
  CloseReason reason(CloseReason otherwise) {
    CloseReason why = reason == null ? otherwise : reason;
    Fault told = peerError;
    return told != null && why.initiator() == CloseReason.Initiator.REMOTE
        ? new CloseReason(CloseReason.Initiator.REMOTE, told)
        : why;
  }

  /** The peer sent an error about the connection; it usually closes next. */
  void peerSaid(Fault fault) {
    peerError = fault;
  }

  /** The transport sends nothing more: what waits for it is dropped, and counted. */
  void outputEnded() {
    outputEnded = true;
    session.outbound().discard();
    if (isClosing()) {
      ctx.close();
    }
  }

  /** The peer will send nothing more. */
  void peerEnded() {
    peerEnded = true;
    if (isClosing()) {
      closeIfBothEnded();
      return;
    }
    because(reason(CloseReason.remote("the peer closed the connection")));
    Fault fault = reason(CloseReason.local()).fault();
    session.refuseRequests(fault);
    watch.onPeerEnded();
    drain();
  }

  boolean hasPeerEnded() {
    return peerEnded;
  }

  /** Whether all that was accepted is with the transport, and nothing follows. */
  boolean isFinished() {
    return finished;
  }

  /** Takes no more, finishes what is in flight, then closes. */
  void drain() {
    if (session.state().compareTo(SessionState.DRAINING) < 0) {
      moveTo(SessionState.DRAINING);
    }
    checkDrained();
  }

  void checkDrained() {
    if (peerEnded && !decoders.hasKept()) {
      // No answer can come any more; ours still go out.
      session.requests().failAll(reason(CloseReason.local()).fault());
    }
    MessageSink.Inbox box = inbox;
    if (session.state() == SessionState.DRAINING
        && session.inFlight().unanswered() == 0
        && (box == null || box.isEmpty())
        && gate.held().isEmpty()
        && !(peerEnded && decoders.hasKept())) {
      begin(CloseReason.local());
    }
  }

  /**
   * The peer has said that it leaves, and owes no answer. It may have sent more before it ends, so
   * its end is waited for; one that waits for ours instead is left once it has been silent.
   */
  void leaveWhenQuiet() {
    because(CloseReason.remote("the peer went away"));
    if (!leaving) {
      leaving = true;
      leaveIn(QUIET_NS);
    }
  }

  private void leaveIn(long delayNs) {
    ctx.executor().schedule(this::leaveIfQuiet, delayNs, TimeUnit.NANOSECONDS);
  }

  private void leaveIfQuiet() {
    if (session.state().compareTo(SessionState.DRAINING) >= 0) {
      return; // the peer has ended, or this side has
    }
    long silentNs = session.context().clock().getAsLong() - watch.lastReadNs();
    if (gate.isStopped()) {
      leaveIn(QUIET_NS); // it is us who do not listen
    } else if (silentNs < QUIET_NS) {
      leaveIn(QUIET_NS - silentNs);
    } else {
      drain();
    }
  }

  /** As {@link #begin(CloseReason)}, and the last frame is an ERROR that says why. */
  void beginWith(Fault last) {
    if (!isClosing()) {
      lastWord = last;
      begin(new CloseReason(CloseReason.Initiator.POLICY, last));
    }
  }

  /** Accepts nothing more, and ends this direction once what was accepted has gone. */
  void begin(CloseReason why) {
    if (isClosing()) {
      return;
    }
    because(why);
    moveTo(SessionState.CLOSING);
    Fault fault = reason(why).fault();
    if (!peerEnded) {
      session.requests().cancelAll();
    }
    session.requests().failAll(fault);
    // Who asked learns that no answer comes, and handlers that nobody waits for are interrupted.
    Fault stopped = whyStopped(why);
    session.inFlight().forEach(request -> request.stop(stopped));
    session.sending().failLate(fault);
    decoders.stop();
    watch.closing();
    gate.openForGood();
    session.outbound().finish();
    if (outputEnded || (isPeerDead() && !finished)) {
      ctx.close(); // it takes nothing more
    }
  }

  /** A drain that is cut short says so: that it began to leave is not why they get no answer. */
  private Fault whyStopped(CloseReason why) {
    CloseReason first = reason(why);
    return first.initiator() == CloseReason.Initiator.LOCAL
            && why.initiator() == CloseReason.Initiator.POLICY
        ? why.fault()
        : first.fault();
  }

  /** Whether the session ends because the peer gave no sign of life: then nobody waits for it. */
  private boolean isPeerDead() {
    Fault last = lastWord;
    return last != null && last.is(ErrorCode.HEARTBEAT_TIMEOUT);
  }

  /** Who waits for the session to open is told at once, whatever the peer does next. */
  private void moveTo(SessionState next) {
    if (session.state() == SessionState.OPENING) {
      session.neverOpens(reason(CloseReason.remote("the connection was lost")));
    }
    session.moveTo(next);
  }

  /** All that was accepted is with the transport. */
  void outboundFinished() {
    finished = true;
    sayLastWord();
    EndReason.leave(ctx.channel(), reason(CloseReason.local()).fault());
    if (isPeerDead()) {
      ctx.close();
      return;
    }
    if (session.counters().framesOut() == 0) {
      ctx.close(); // nothing was sent that a reset could destroy: no need to wait for the peer
      return;
    }
    ctx.writeAndFlush(EndOfStream.INSTANCE)
        .addListener(done -> {
          if (done.isSuccess()) {
            closeIfBothEnded();
          } else {
            ctx.close();
          }
        });
  }

  /** Past the queue, which takes nothing any more: so nothing can follow it. */
  private void sayLastWord() {
    Fault fault = lastWord;
    if (fault != null) {
      byte[] frame = FrameEncoder.frame(FrameHeader.ERROR, 0, FrameEncoder.faultPayload(fault));
      session.counters().sent(1, frame.length);
      ctx.writeAndFlush(ctx.alloc().buffer(frame.length).writeBytes(frame), ctx.voidPromise());
    }
  }

  private void closeIfBothEnded() {
    if (finished && peerEnded) {
      ctx.close();
    }
  }

  private boolean isClosing() {
    return session.state().compareTo(SessionState.CLOSING) >= 0;
  }
}
