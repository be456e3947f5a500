package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.wire.Frame;
import io.wirelace.wire.MalformedFrameException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of requests and notifications from the decoder to the inbox. While they may not go on
 * they are held here, in their order, and the session reads on: what comes behind them may be the
 * very answer, cancel or heartbeat that somebody waits for.
 *
 * <pre>
 *   may go on                       → the inbox
 *   mailbox full                    → held
 *   max-in-flight handlers busy,
 *   no room for more errors         → requests are held, and what comes behind one
 *   held is full                    → the {@link ReadGate} stops reading: nothing is lost
 *     and max-in-flight is why,
 *     while this side waits for
 *     answers of its own            → a request is refused (-647, retryable), reading goes on
 * </pre>
 *
 * <p>Event loop only.
 */
final class Intake {
  private final Session session;
  private final Sessions sessions;
  private final ChannelHandlerContext ctx;
  private final ReadGate gate;
  private final InboundRequests requests;
  private final Held held;
  private final MessageSink.Inbox inbox;

  /** How many were handed on after they had been held; for {@link Congestion}. */
  private long handedOn;

  /** What {@link #handedOn} was when nothing got on any more; -1 while that is not so. */
  private long stuckAt = -1;

  Intake(
      Session session,
      Sessions sessions,
      ChannelHandlerContext ctx,
      ReadGate gate,
      InboundRequests requests,
      MessageSink.Inbox inbox) {
    this.session = session;
    this.sessions = sessions;
    this.ctx = ctx;
    this.gate = gate;
    this.requests = requests;
    this.held = gate.held();
    this.inbox = inbox;
  }

  void onNotification(Frame frame) {
    if (gate.holdsNotifications() || !held.isEmpty()) {
      hold(frame, null);
    } else {
      handOn(frame);
    }
  }

  void onRequest(Frame frame) {
    if (gate.isPausedFor(ReadGate.ROOM)) {
      hold(frame, null); // it is admitted later: a refusal would need room, too
      return;
    }
    if (sessions.isStopping()) {
      refuseStopping(frame.id());
      return;
    }
    InboundRequest request = requests.admit(frame);
    if (request == null) {
      return;
    }
    if (gate.isPaused() || requests.areTooMany()) {
      holdBack(frame, request);
    } else {
      handOn(frame, request);
    }
  }

  private void holdBack(Frame frame, InboundRequest request) {
    if (held.isFull() && refusesRequests()) {
      request.stop(refusal());
      return;
    }
    requests.register(request);
    hold(frame, request);
    // Always a reason while something is held, or what comes next would overtake it: answers may
    // have come since it was found that there are too many.
    if (!gate.isPausedFor(ReadGate.IN_FLIGHT) && (!gate.isPaused() || requests.areTooMany())) {
      gate.pause(ReadGate.IN_FLIGHT);
      requests.answered(); // the last answers may have come just now
    }
  }

  /**
   * Whether a request that cannot be held is refused rather than left unread: as many handlers as
   * may be are busy, and what they wait for may be an answer behind it; or nothing has got on for a
   * while for such a reason.
   */
  boolean refusesRequests() {
    return (requests.areTooMany() && mayDependOnUnread()) || stuckAt == handedOn;
  }

  private Fault refusal() {
    return Fault.of(
        ErrorCode.QUEUE_FULL,
        requests.areTooMany()
            ? session.context().settings().maxInFlight()
                + " requests are being handled, and enough wait (max-in-flight)"
            : "handlers wait for answers or room, and enough waits for them (mailbox-bytes)");
  }

  private void hold(Frame frame, @Nullable InboundRequest request) {
    held.add(frame, request, ctx.alloc());
    gate.settle();
  }

  private void refuseStopping(long id) {
    session.sending().fault(id, Fault.of(ErrorCode.SERVER_STOPPING, "the server is stopping"));
  }

  // ---- on to the inbox ----

  private void handOn(Frame frame) {
    if (sessions.isStopping()) {
      session.drop(Drop.SESSION_ENDED, 1, "notification after the server began to stop");
    } else {
      inbox.onMessage(frame, null);
    }
  }

  private void handOn(Frame frame, InboundRequest request) {
    request.handOver();
    // What an inline handler has answered by now never sees the table.
    if (inbox.onMessage(frame, request)) {
      requests.reuse(request);
    } else {
      requests.register(request);
    }
  }

  /** Hands on what was held, as far as it may go; a batch of its own. */
  void handOnHeld() {
    if (held.isEmpty()) {
      return;
    }
    List<ByteBuf> done = new ArrayList<>();
    session.outbound().beginBatch();
    try {
      held.forEach(this::takeHeld, done);
      inbox.onBatchEnd();
    } finally {
      session.outbound().endBatch();
      done.forEach(ByteBuf::release); // the inbox has copied or retained what it needs
    }
    if (gate.isForGood()) {
      discard(); // a handler that was just called has closed the session
    }
  }

  private boolean takeHeld(Frame frame, @Nullable InboundRequest admitted) {
    if (gate.isForGood() || (frame.isRequest() ? gate.isPaused() : gate.holdsNotifications())) {
      return false;
    }
    if (session.outbound().hasMuchToSend()) {
      session.outbound().drain();
    }
    if (frame.isRequest()) {
      return takeHeldRequest(frame, admitted);
    }
    handedOn++;
    handOn(frame);
    return true;
  }

  private boolean takeHeldRequest(Frame frame, @Nullable InboundRequest admitted) {
    if (admitted != null && admitted.isAnswered()) {
      return true; // cancelled, or out of time
    }
    if (requests.areTooMany()) {
      gate.pause(ReadGate.IN_FLIGHT);
      requests.answered(); // the last answers may have come just now
      return false;
    }
    handedOn++;
    if (sessions.isStopping()) {
      if (admitted == null) {
        refuseStopping(frame.id());
      } else {
        admitted.stop(Fault.of(ErrorCode.SERVER_STOPPING, "the server is stopping"));
      }
      return true;
    }
    InboundRequest request = admitted == null ? requests.admit(frame) : admitted;
    if (request == null) {
      return true;
    }
    request.handOver();
    boolean over = inbox.onMessage(locate(frame), request);
    if (admitted == null) {
      if (over) {
        requests.reuse(request);
      } else {
        requests.register(request);
      }
    }
    return true;
  }

  private static Frame locate(Frame frame) {
    try {
      frame.locate();
      return frame;
    } catch (MalformedFrameException e) {
      throw new IllegalStateException("a frame that was admitted", e);
    }
  }

  // ---- for those who watch ----

  long handedOn() {
    return handedOn;
  }

  /** Whether this side's handlers wait for answers of the peer, which may be among the unread. */
  boolean mayDependOnUnread() {
    return session.pendingRequests() > 0;
  }

  /** Messages begin to wait anew: it is not known yet whether any gets on. */
  void mayGetOn() {
    stuckAt = -1;
  }

  /**
   * Refuses the requests that are held, so that reading can go on: what would let their handlers
   * finish may be behind them. It may be behind many more, so those that come are refused as well,
   * beyond what can be held, until one gets on. The peer may ask again.
   */
  void refuseHeld() {
    stuckAt = handedOn;
    held.removeIf(
        (frame, request) -> {
          if (request != null) {
            request.stop(refusal());
          } else if (frame.isRequest()) {
            session.sending().fault(frame.id(), refusal());
          }
          return frame.isRequest();
        },
        ctx.alloc());
  }

  /** The session takes nothing more: what still waits for its turn is dropped, and counted. */
  void discard() {
    if (held.isOffering()) {
      return; // soon: see handOnHeld
    }
    long[] notifications = {0};
    held.removeIf(
        (frame, request) -> {
          notifications[0] += frame.isRequest() ? 0 : 1;
          return true;
        },
        ctx.alloc());
    if (notifications[0] > 0) {
      session.drop(
          Drop.SESSION_ENDED,
          notifications[0],
          "received, but the session ended before their turn");
    }
  }
}
