package io.wirelace.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.transport.AnswersOwed;
import io.wirelace.transport.EndOfOutput;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.EndReason;
import io.wirelace.transport.FurtherStream;
import io.wirelace.transport.Link;
import io.wirelace.transport.VirtualThreads;
import io.wirelace.wire.FrameDecoder;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Role;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Attaches a {@link Session} to one channel: opens it with all that it is made of, hears what the
 * channel says, and ends it. What arrives goes to {@link InboundFrames}.
 *
 * <p>Belongs to the channel's event loop. Other threads enter by {@link #close}, {@link
 * #requestDone} and the {@link InboxFlow}, which post.
 */
final class SessionHandler extends ChannelInboundHandlerAdapter
    implements Outbound.Owner, SessionLoop.Owner {
  private final SessionContext context;
  private final Sessions sessions;
  private final Link link;
  private final Decoders decoders;
  private final Watch watch;
  private final InboundFrames frames;
  private final Failures failures;

  private @Nullable ChannelHandlerContext ctx;
  private @Nullable SessionLoop loop;
  private @Nullable Thread loopThread;

  private @Nullable Session session;
  private MessageSink.@Nullable Inbox inbox;

  /** The channel is gone, and all who waited have been told. */
  private boolean over;

  // Made when the channel is active.
  private @Nullable ReadGate gate;
  private @Nullable Ending ending;
  private @Nullable ControlFrames control;
  private @Nullable InboundRequests requestsIn;
  private @Nullable Congestion congestion;

  SessionHandler(SessionContext context, Sessions sessions, Link link) {
    this.context = context;
    this.sessions = sessions;
    this.link = link;
    this.failures = new Failures(context);
    this.watch = new Watch(this, context);
    this.frames = new InboundFrames(this, watch);
    this.decoders = new Decoders(context.role(), context.limits(), frames);
  }

  FrameDecoder decoder() {
    return decoders.first();
  }

  // ---- the channel's life ----

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    loop = new SessionLoop(added.executor(), this);
    if (added.channel().isActive()) {
      open(added);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    open(active);
    active.fireChannelActive();
  }

  private void open(ChannelHandlerContext active) {
    if (session != null) {
      return;
    }
    loopThread = Thread.currentThread();
    Session opened = new Session(context, this, link);
    session = opened;
    gate = new ReadGate(opened, decoders, active, this);
    ending = new Ending(opened, active, decoders, gate, watch);
    control = new ControlFrames(this, opened, sessions, watch, ending);
    requestsIn = new InboundRequests(this, opened, gate, link.mayRepeat());
    frames.open(opened, control, requestsIn);
    opened.memory().attach(active, decoders, gate, ending);
    opened.outbound().attach(active);
    watch.start(loop(), opened);
    Fault denied = sessions.admit(opened);
    if (denied != null) {
      context.listener().onEvent(new Event.Denied(String.valueOf(opened.peer()), denied));
      ending().beginWith(denied);
      if (!sessions.hasRoomForFarewell()) {
        active.close();
      }
      return;
    }
    MessageSink.Inbox box = context.sink().open(opened, new InboxFlow(this, opened, gate()));
    inbox = box;
    Intake in = new Intake(opened, sessions, active, gate(), requestsIn, box);
    congestion = new Congestion(this, opened, gate(), in, loop());
    gate().attach(in, congestion);
    frames.handTo(in, box);
    ending().inbox(box);
    if (context.role() == Role.CLIENT && context.greeting()) {
      opened.sending().writeFrame(FrameHeader.HELLO, 0, new Greeter(context).hello());
    } else {
      opened.moveTo(SessionState.OPEN);
      sessions.opened(opened);
    }
  }

  /** Whether a peer that ends its direction between two frames has something to wait for. */
  private boolean owesAnswers() {
    Session on = live();
    MessageSink.Inbox box = inbox;
    if (decoders.midFrame()) {
      return false;
    }
    return on.state().compareTo(SessionState.DRAINING) > 0
        ? !ending().isFinished()
        : on.inFlight().size() > 0
            || (box != null && !box.isEmpty())
            || !gate().held().isEmpty()
            || !on.outbound().isQuiet();
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    tryToEnd();
    inactive.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    tryToEnd();
  }

  private void tryToEnd() {
    try {
      end();
    } catch (Throwable e) {
      loop().cannotGoOn(e); // there all is tried again: everybody who waits has to be told
    }
  }

  /** The channel is gone. What fails half-way can be done again. */
  private void end() {
    decoders.stop();
    watch.stop();
    if (requestsIn != null) {
      requestsIn.close();
    }
    if (congestion != null) {
      congestion.stop();
    }
    Session ended = session;
    if (ended == null || over) {
      return;
    }
    boolean wasAdmitted = inbox != null;
    CloseReason why = ending().reason(CloseReason.remote("the connection was lost"));
    ended.outbound().discard();
    ended.ended(why);
    gate().openForGood();
    MessageSink.Inbox box = inbox;
    if (box != null) {
      box.onSessionEnd();
    }
    Fault stopped = Fault.of(ErrorCode.CONNECTION_CLOSED, "the caller's session has ended");
    ended.inFlight().forEach(request -> request.stop(stopped));
    ended.sending().discardLate();
    over = true;
    sessions.closed(ended, why, wasAdmitted);
  }

  /**
   * Never throws. Netty would log that, find no memory for it either, and hand the bytes that were
   * just read to the handlers once more: their buffer would be freed while others still read it.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
    try {
      endBecause(failed, cause);
    } catch (Throwable e) {
      cannotGoOn(cause);
    }
  }

  private void endBecause(ChannelHandlerContext failed, Throwable cause) {
    if (cause instanceof WirelaceException ours
        && session != null
        && Failures.canBeTold(ours.fault())) {
      violated(ours.fault()); // the transport found a rule of its own broken
      return;
    }
    CloseReason why = failures.reason(session, failed.channel(), cause);
    if (ending != null) {
      ending().because(why);
    }
    failed.close();
  }

  @Override
  public void endHalfway(Throwable cause) {
    if (over) {
      return;
    }
    Ending end = ending;
    if (end != null) {
      failures.tell(session, channel(), cause);
      end.because(CloseReason.policy(ErrorCode.INTERNAL_ERROR, "it cannot go on: " + cause));
    }
    ChannelFuture closing = context().close();
    if (closing.cause() != null) { // a handler below has failed at it
      channel().unsafe().close(channel().voidPromise());
    }
    if (!channel().isActive()) {
      end(); // it was tried before, without success
    }
  }

  // ---- reading ----

  /** The peer broke a rule that ends the connection: tells it, and closes. */
  void violated(Fault fault) {
    Session on = live();
    if (on.state().compareTo(SessionState.CLOSING) >= 0) {
      return;
    }
    context.listener().onEvent(new Event.Violated(on.id(), fault));
    ending().beginWith(fault);
    on.outbound().endBatch();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext read) {
    watch.onRead();
    decoders.readOver(watch.lastReadNs());
    watchMidFrame();
    if (session != null) {
      session.memory().readOver();
    }
    read.fireChannelReadComplete();
  }

  private void watchMidFrame() {
    if (decoders.midFrame()) {
      watch.onMidFrame();
    }
  }

  // ---- slowing down ----

  /** For the watch: the handlers have not kept up for a while. */
  void tellBacklog() {
    MessageSink.Inbox box = inbox;
    if (box != null) {
      context
          .listener()
          .onEvent(new Event.Backlogged(live().id(), box.waitingMessages(), box.waitingBytes()));
    }
  }

  /** The inbox has become empty. Any thread. */
  void checkWhetherDrained() {
    live().memory().check();
    if (live().state() == SessionState.DRAINING) {
      checkDrainedLater();
    }
  }

  /** In a task of its own: within a batch, what comes after in it is not accepted yet. */
  private void checkDrainedLater() {
    boolean unused = loop().execute(ending()::checkDrained);
  }

  /** Kept frames have been handed over: what waited for that goes on. */
  void resumed() {
    watch.onRead();
    decoders.readOn(watch.lastReadNs());
    watchMidFrame();
    if (live().state() == SessionState.DRAINING) {
      ending().checkDrained();
    }
  }

  /** Errors that the peer causes have no room. Any thread. */
  void pauseForRoom() {
    loop()
        .post(() -> {
          gate().pause(ReadGate.ROOM);
          if (live().outbound().hasMuchRoom()) {
            gate().unpauseLater(ReadGate.ROOM); // it came between the decision and now
          } else {
            live().sending().promiseRoom();
          }
        });
  }

  boolean isPausedForRoom() {
    return gate().isPausedFor(ReadGate.ROOM);
  }

  /** A request of the peer is answered. Any thread. */
  void requestDone() {
    Objects.requireNonNull(requestsIn).answered();
    checkWhetherDrained();
  }

  @Override
  public void onRoom() {
    live().sending().onRoom();
    Objects.requireNonNull(control).onRoom();
    if (gate().isPausedFor(ReadGate.ROOM)) {
      gate().unpauseLater(ReadGate.ROOM);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext changed) {
    if (changed.channel().isWritable() && session != null) {
      live().outbound().drain();
    }
    changed.fireChannelWritabilityChanged();
  }

  // ---- the end ----

  @Override
  public void userEventTriggered(ChannelHandlerContext triggered, Object event) {
    if (event == EndOfStream.INSTANCE) {
      ending().peerEnded();
    } else if (event == EndOfOutput.INSTANCE) {
      ending().outputEnded();
    } else if (event instanceof EndReason why) {
      ending().because(new CloseReason(CloseReason.Initiator.REMOTE, why.fault()));
    } else if (event instanceof AnswersOwed question) {
      if (owesAnswers()) {
        question.yes();
      }
    } else if (event instanceof FurtherStream stream) {
      decoders.join(stream);
    }
    triggered.fireUserEventTriggered(event);
  }

  @Override
  public void onFinished() {
    ending().outboundFinished();
  }

  @Override
  public void onDiscarded(long messages) {
    live().drop(Drop.SESSION_ENDED, messages, "accepted, but the connection ended first");
  }

  /** It ends before it has opened, and it is known why. */
  void neverOpens(CloseReason why) {
    sessions.neverOpens().complete(why);
  }

  /** Takes no more, finishes what is in flight, then closes. */
  private void drain(CloseReason why) {
    ending().because(why);
    ending().drain();
  }

  /** Any thread. */
  void close(CloseReason why) {
    loop().post(() -> ending().begin(why));
  }

  /** Leaves: a greeted peer hears it first; one that has not said a word hears nothing else. */
  void leave(Fault why) {
    if (!watch.isGreeted() && live().counters().framesIn() == 0) {
      ending().beginWith(why);
    } else {
      goAway(why);
      drain(new CloseReason(CloseReason.Initiator.LOCAL, why));
    }
  }

  /** Tells a greeted peer that this side is leaving. */
  private void goAway(Fault fault) {
    if (watch.isGreeted()) {
      live().sending().writeFrame(FrameHeader.GOAWAY, 0, FrameEncoder.faultPayload(fault));
    }
  }

  @Override
  public void onBroken(Throwable cause) {
    exceptionCaught(context(), cause);
  }

  @Override
  public void cannotGoOn(Throwable cause) {
    try {
      loop().cannotGoOn(cause);
    } catch (Throwable e) {
      context().close(); // it is on no loop of ours
    }
  }

  /** For the watch: closing takes too long. */
  void abort() {
    channel().close();
  }

  /** For the watch: one that does not read for want of memory is not forgotten. */
  void lookAtMemory() {
    if (gate().isPausedFor(ReadGate.MEMORY)) {
      live().memory().askAgain();
    }
  }

  /**
   * Whether the peer's silence says nothing about it: it has said goodbye, or nothing is read from
   * it, and what looks would bring may be old. Otherwise a look is under way after this.
   */
  boolean isSilenceExcused() {
    return ending().hasPeerEnded() || !gate().look();
  }

  boolean isMidFrame() {
    return decoders.midFrame();
  }

  Decoders.Late midFrame(long nowNs, long timeoutNs) {
    return decoders.midFrame(nowNs, timeoutNs);
  }

  long lastReadNs() {
    return watch.lastReadNs();
  }

  /** The time, to within one read when it is a callback of that read that asks. */
  long nowNs() {
    return loop().isThisThread() && frames.inBatch()
        ? watch.lastReadNs()
        : context.clock().getAsLong();
  }

  SessionLoop loop() {
    return Objects.requireNonNull(loop, "not attached to a channel yet");
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // that very thread
  public boolean isOnLoop() {
    return VirtualThreads.carrier() == loopThread;
  }

  private ReadGate gate() {
    return Objects.requireNonNull(gate, "the channel is not active yet");
  }

  private Ending ending() {
    return Objects.requireNonNull(ending, "the channel is not active yet");
  }

  private Channel channel() {
    return context().channel();
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(ctx, "not attached to a channel yet");
  }

  private Session live() {
    return Objects.requireNonNull(session, "the channel is not active yet");
  }
}
