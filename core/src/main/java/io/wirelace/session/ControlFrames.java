package io.wirelace.session;

import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.transport.VirtualThreads;
import io.wirelace.wire.CompressedBody;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import io.wirelace.wire.MalformedFrameException;
import io.wirelace.wire.Role;
import java.util.concurrent.RejectedExecutionException;

/**
 * What each kind of frame does that is not for a handler: answers, errors, greetings, heartbeats
 * and so on. Event loop only.
 */
final class ControlFrames {
  /** Made beforehand: when it is needed there may be no memory. */
  private static final Fault NO_MEMORY =
      Fault.of(ErrorCode.RECEIVE_FAILED, "there is no memory to take the answer");

  private final SessionHandler handler;
  private final Session session;
  private final SessionContext context;
  private final Sessions sessions;
  private final Watch watch;
  private final Ending ending;
  private final Greeter greeter;

  private static final Fault OVER_BUDGET =
      Fault.of(
          ErrorCode.RECEIVE_FAILED, "there is no memory to inflate the answer (memory-budget)");

  /** A probe that came while there was no room; its clock is the next field. */
  private boolean owesReply;

  private long owedReply;

  ControlFrames(
      SessionHandler handler, Session session, Sessions sessions, Watch watch, Ending ending) {
    this.handler = handler;
    this.session = session;
    this.context = session.context();
    this.sessions = sessions;
    this.watch = watch;
    this.ending = ending;
    this.greeter = new Greeter(context);
  }

  /**
   * Acts on a frame.
   *
   * @throws MalformedFrameException if its payload cannot be read, and nobody needs an answer
   */
  void onFrame(Frame frame) throws MalformedFrameException {
    switch (frame.kind()) {
      case FrameHeader.RESPONSE -> onResponse(frame);
      case FrameHeader.HEARTBEAT -> onHeartbeat(frame);
      case FrameHeader.ERROR -> onError(frame);
      case FrameHeader.CANCEL -> onCancel(frame);
      case FrameHeader.CREDIT, FrameHeader.ITEM, FrameHeader.COMPLETE -> onStream(frame);
      case FrameHeader.HELLO -> onHello(frame);
      case FrameHeader.WELCOME -> onWelcome(frame);
      case FrameHeader.GOAWAY -> onGoAway(frame);
      default ->
          handler.violated(
              Fault.of(
                  ErrorCode.PROTOCOL_ERROR, FrameHeader.name(frame.type()) + " was not agreed"));
    }
  }

  private void onResponse(Frame frame) {
    PendingRequest call = session.requests().take(frame.id());
    if (call == null) {
      session.drop(Drop.UNKNOWN_ID, 1, "RESPONSE to request " + frame.id());
      return;
    }
    tell(call, frame);
    leaveIfIdle();
  }

  /** A body that takes long to inflate does so elsewhere, and its answer is told afterwards. */
  private void tellLater(PendingRequest call, Headers headers, CompressedBody body) {
    int bytes = body.inflatedBytes();
    session.memory().inflating(bytes);
    try {
      VirtualThreads.start(() -> {
        try {
          inflateAndTell(call, headers, body);
        } catch (Throwable e) {
          call.failed(NO_MEMORY);
        } finally {
          session.memory().inflating(-bytes);
        }
      });
    } catch (Throwable e) {
      call.failed(NO_MEMORY);
      session.memory().inflating(-bytes);
      throw e;
    }
  }

  private void inflateAndTell(PendingRequest call, Headers headers, CompressedBody body) {
    Runnable outcome;
    try {
      byte[] inflated = body.inflate();
      outcome = () -> call.answered(headers, inflated);
    } catch (Throwable e) {
      outcome = () -> call.failed(notTaken(e));
    }
    tellOnLoop(outcome);
  }

  private void tellOnLoop(Runnable outcome) {
    try {
      handler.loop().executor().execute(outcome);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      outcome.run(); // the loop has ended, or cannot take it, and nobody else tells it
    }
  }

  private static Fault notTaken(Throwable e) {
    return e instanceof MalformedFrameException malformed
        ? Fault.of(malformed.code(), "the answer: " + e.getMessage())
        : Fault.of(ErrorCode.RECEIVE_FAILED, "the answer cannot be taken: " + e, e);
  }

  private void tell(PendingRequest call, Frame frame) {
    Headers headers;
    byte[] body;
    try {
      frame.locate();
      headers = frame.headers(context.limits());
      if (frame.compressed()) {
        session.sending().judgeCompressed(frame);
        int inflated = frame.inflatedBytes();
        if (inflated > CompressedBody.QUICK_BYTES) {
          if (session.memory().refuses(inflated)) {
            call.failed(OVER_BUDGET);
          } else {
            tellLater(call, headers, frame.compressedBody(context.limits()));
          }
          return;
        }
      }
      body = frame.body(context.limits());
    } catch (MalformedFrameException e) {
      call.failed(notTaken(e));
      return;
    } catch (Throwable e) {
      call.failed(notTaken(e));
      throw e;
    }
    call.answered(headers, body);
  }

  private void onHeartbeat(Frame frame) {
    if (frame.payloadLength() == 0) {
      return;
    }
    if (frame.payloadLength() != Watch.PROBE_BYTES || frame.payloadByte(0) > 1) {
      session.drop(Drop.MALFORMED, 1, "HEARTBEAT of " + frame.payloadLength() + " bytes");
      return;
    }
    if (frame.payloadByte(0) == 0) {
      reply(frame.payloadLong(1));
    } else {
      session.roundTrip(Math.max(0, context.clock().getAsLong() - frame.payloadLong(1)));
    }
  }

  /**
   * Answers a probe; while there is no room, the last one and later. A probe is no reason to stop
   * reading: that it came is the sign of life that this side waits for itself.
   */
  private void reply(long probersClock) {
    boolean room = session.outbound().hasRoom();
    owesReply = !room;
    if (room) {
      session.sending().writeFrame(FrameHeader.HEARTBEAT, 0, Watch.reply(probersClock));
    } else {
      owedReply = probersClock;
    }
  }

  /** There is room again. */
  void onRoom() {
    if (owesReply) {
      reply(owedReply);
    }
  }

  private void onError(Frame frame) throws MalformedFrameException {
    Fault fault;
    try {
      fault = frame.fault();
    } catch (MalformedFrameException e) {
      if (frame.id() == 0) {
        throw e;
      }
      fault = Fault.of(e.code(), "the request failed, and how cannot be read: " + e.getMessage());
    }
    if (frame.id() == 0) {
      ending.peerSaid(fault);
      context.listener().onEvent(new Event.PeerError(session.id(), fault));
      if (session.state() == SessionState.OPENING) {
        ending.begin(new CloseReason(CloseReason.Initiator.REMOTE, fault));
      }
      return;
    }
    PendingRequest call = session.requests().take(frame.id());
    if (call == null) {
      session.drop(Drop.UNKNOWN_ID, 1, "ERROR to request " + frame.id() + ": " + fault);
    } else {
      call.failed(fault);
      leaveIfIdle();
    }
  }

  private void onCancel(Frame frame) {
    InboundRequest request = session.inFlight().get(frame.id());
    if (request == null) {
      session.drop(Drop.UNKNOWN_ID, 1, "CANCEL of request " + frame.id());
    } else {
      request.stop(Fault.of(ErrorCode.CANCELLED, "cancelled by the caller"));
    }
  }

  /** Streams come later; until then an id that we know cannot be a stream's. */
  private void onStream(Frame frame) {
    String kind = FrameHeader.name(frame.type());
    InboundRequest request = session.inFlight().get(frame.id());
    if (request == null) {
      session.drop(Drop.UNKNOWN_ID, 1, kind + " for request " + frame.id());
    } else {
      request.stop(Fault.of(ErrorCode.PROTOCOL_ERROR, kind + ": streams were not agreed"));
    }
  }

  private void onHello(Frame frame) {
    try {
      Greeter.Agreement agreement = greeter.answer(frame.greeting(context.limits()), session.id());
      session.sending().writeFrame(FrameHeader.WELCOME, 0, agreement.welcome());
      session.sending().agree(FrameHeader.MAX_LENGTH, agreement.compression());
      watch.greeted();
    } catch (MalformedFrameException e) {
      handler.violated(Fault.of(ErrorCode.PROTOCOL_ERROR, String.valueOf(e.getMessage())));
    } catch (Greeter.VersionException e) {
      handler.violated(e.fault());
    }
  }

  private void onWelcome(Frame frame) {
    if (session.state() != SessionState.OPENING) {
      handler.violated(Fault.of(ErrorCode.PROTOCOL_ERROR, "WELCOME without HELLO"));
      return;
    }
    try {
      Greeter.Welcome welcome = greeter.read(frame.greeting(context.limits()));
      session.sending().agree(welcome.maxFrameBytes(), welcome.compression());
      session.requests().agree(welcome.maxInFlight());
    } catch (MalformedFrameException e) {
      handler.violated(Fault.of(ErrorCode.PROTOCOL_ERROR, String.valueOf(e.getMessage())));
      return;
    } catch (Greeter.VersionException e) {
      handler.violated(e.fault());
      return;
    }
    watch.greeted();
    session.moveTo(SessionState.OPEN);
    sessions.opened(session);
  }

  private void onGoAway(Frame frame) throws MalformedFrameException {
    Fault fault = frame.fault();
    context.listener().onEvent(new Event.GoingAway(session.id(), fault));
    session.refuseRequests(fault);
    leaveIfIdle();
  }

  /** After GOAWAY the one who called leaves when nothing of its own is in flight. */
  private void leaveIfIdle() {
    if (context.role() == Role.CLIENT && session.isLeaving() && session.pendingRequests() == 0) {
      ending.leaveWhenQuiet();
    }
  }
}
