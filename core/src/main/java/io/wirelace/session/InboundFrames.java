package io.wirelace.session;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.FrameSink;
import io.wirelace.wire.MalformedFrameException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one session as its decoders find them: requests and notifications go to the {@link
 * Intake}, all others to {@link ControlFrames}. Event loop only.
 */
final class InboundFrames implements FrameSink {
  private final SessionHandler handler;
  private final Watch watch;

  // Known when the channel is active.
  private @Nullable Session session;
  private @Nullable ControlFrames control;
  private @Nullable InboundRequests requestsIn;

  // Known when the session is admitted.
  private @Nullable Intake intake;
  private MessageSink.@Nullable Inbox inbox;

  /** Between the first frame of a read and its end. */
  private boolean inBatch;

  InboundFrames(SessionHandler handler, Watch watch) {
    this.handler = handler;
    this.watch = watch;
  }

  /** The session has a channel; until it is admitted it takes no messages. */
  void open(Session opened, ControlFrames itsControl, InboundRequests itsRequests) {
    session = opened;
    control = itsControl;
    requestsIn = itsRequests;
  }

  /** Messages go there from now on. */
  void handTo(Intake itsIntake, MessageSink.Inbox itsInbox) {
    intake = itsIntake;
    inbox = itsInbox;
  }

  /** Whether a read is under way that has brought frames. */
  boolean inBatch() {
    return inBatch;
  }

  @Override
  public void onFrame(Frame frame) {
    Session on = live();
    if (!inBatch) {
      inBatch = true;
      watch.onRead(); // one look at the clock a batch
      on.outbound().beginBatch();
    }
    try {
      switch (frame.kind()) {
        case FrameHeader.NOTIFICATION -> onNotification(on, frame);
        case FrameHeader.REQUEST -> onRequest(on, frame);
        default -> Objects.requireNonNull(control).onFrame(frame);
      }
    } catch (MalformedFrameException e) {
      on.drop(Drop.MALFORMED, 1, FrameHeader.name(frame.type()) + ": " + e.getMessage());
    }
    if (on.outbound().hasMuchToSend()) {
      on.outbound().drain();
    }
  }

  @Override
  public void onBatchEnd(int frames, int bytes) {
    Session on = live();
    inBatch = false;
    on.counters().received(frames, bytes);
    MessageSink.Inbox box = inbox;
    try {
      if (box != null) {
        box.onBatchEnd();
      }
    } finally {
      on.outbound().endBatch();
    }
  }

  @Override
  public void onViolation(Fault fault) {
    handler.violated(fault);
  }

  @Override
  public void onUnhandled(long notifications) {
    Session on = session;
    if (on != null) {
      on.drop(Drop.SESSION_ENDED, notifications, "came after the session began to end");
    }
  }

  private void onNotification(Session on, Frame frame) throws MalformedFrameException {
    if (frame.compressed() && !Objects.requireNonNull(requestsIn).admitCompressed(frame)) {
      return;
    }
    Intake in = intake;
    if (in == null) {
      on.drop(Drop.SESSION_ENDED, 1, "notification after the server began to stop");
    } else {
      in.onNotification(frame);
    }
  }

  private void onRequest(Session on, Frame frame) {
    Intake in = intake;
    if (in == null) {
      on.sending().fault(frame.id(), Fault.of(ErrorCode.SERVER_STOPPING, "the server is stopping"));
    } else {
      in.onRequest(frame);
    }
  }

  private Session live() {
    return Objects.requireNonNull(session, "the channel is not active yet");
  }
}
