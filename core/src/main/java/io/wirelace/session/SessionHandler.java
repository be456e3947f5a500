package io.wirelace.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.EventExecutor;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.transport.EndOfStream;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameDecoder;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.FrameSink;
import io.wirelace.wire.Headers;
import io.wirelace.wire.MalformedFrameException;
import io.wirelace.wire.Role;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attaches a {@link Session} to one channel: takes the frames that the decoder finds, answers those
 * of the protocol itself, and hands requests and notifications on to the {@link MessageSink}.
 *
 * <p>Belongs to the channel's event loop. Other threads enter by {@link #close}, {@link
 * #requestDone} and the {@link MessageSink.Flow}, which post.
 */
final class SessionHandler extends ChannelInboundHandlerAdapter
    implements FrameSink, Outbound.Owner, MessageSink.Flow {
  private static final Logger LOG = LoggerFactory.getLogger(SessionHandler.class);

  // Why reading is paused: a bit each.
  private static final int MAILBOX = 1;
  private static final int IN_FLIGHT = 2;
  private static final int ROOM = 4;

  private final SessionContext context;
  private final Sessions sessions;
  private final String transport;
  private final FrameDecoder decoder;
  private final Greeter greeter;
  private final Watch watch;
  private final Deadlines inFlightDeadlines;

  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Session session;
  private MessageSink.@Nullable Inbox inbox;

  /** Written on the loop; others read it to see whether to post. */
  private volatile int pauses;

  private boolean peerEnded;
  private boolean finished;
  private @Nullable CloseReason reason;
  private @Nullable Fault lastPeerError;

  SessionHandler(SessionContext context, Sessions sessions, String transport) {
    this.context = context;
    this.sessions = sessions;
    this.transport = transport;
    this.decoder = new FrameDecoder(context.role(), context.limits(), this);
    this.greeter = new Greeter(context);
    this.watch = new Watch(this, context);
    this.inFlightDeadlines = new Deadlines(context.clock(), this::expireInFlight);
  }

  FrameDecoder decoder() {
    return decoder;
  }

  // ---- the channel's life ----

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
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
    Channel channel = active.channel();
    Session opened =
        new Session(context, this, transport, channel.remoteAddress(), channel.localAddress());
    session = opened;
    opened.outbound().attach(active);
    watch.start(active.executor());
    Fault denied = sessions.admit(opened);
    if (denied != null) {
      context.listener().onEvent(new Event.Denied(String.valueOf(opened.peer()), denied));
      opened.sendFault(0, denied);
      begin(new CloseReason(CloseReason.Initiator.POLICY, denied));
      return;
    }
    inbox = context.sink().open(opened, this);
    if (context.role() == Role.CLIENT && context.greeting()) {
      opened.writeFrame(FrameHeader.HELLO, 0, greeter.hello());
    } else {
      opened.moveTo(SessionState.OPEN);
      sessions.opened(opened);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    end();
    inactive.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    end();
  }

  /** The channel is gone. */
  private void end() {
    decoder.stop();
    watch.stop();
    inFlightDeadlines.close();
    Session ended = session;
    if (ended == null || ended.state() == SessionState.CLOSED) {
      return;
    }
    boolean wasAdmitted = inbox != null;
    CloseReason why = reason != null ? reason : CloseReason.remote("the connection was lost");
    Fault told = lastPeerError;
    if (told != null && why.initiator() == CloseReason.Initiator.REMOTE) {
      why = new CloseReason(CloseReason.Initiator.REMOTE, told);
    }
    ended.outbound().discard();
    ended.outbound().releaseWritten();
    ended.ended(why);
    MessageSink.Inbox box = inbox;
    if (box != null) {
      box.onSessionEnd();
    }
    Fault stopped = Fault.of(ErrorCode.CONNECTION_CLOSED, "the caller's session has ended");
    ended.inFlight().forEach(request -> request.stop(stopped));
    sessions.closed(ended, why, wasAdmitted);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
    if (cause instanceof IOException) {
      reason = reason != null ? reason : CloseReason.remote(String.valueOf(cause.getMessage()));
    } else {
      LOG.error("a session on {} failed", failed.channel(), cause);
      reason = CloseReason.policy(ErrorCode.INTERNAL_ERROR, cause.toString());
    }
    failed.close();
  }

  // ---- frames ----

  @Override
  public void onFrame(Frame frame) {
    Session on = live();
    on.outbound().beginBatch();
    try {
      switch (frame.kind()) {
        case FrameHeader.NOTIFICATION -> onNotification(on, frame);
        case FrameHeader.REQUEST -> onRequest(on, frame);
        case FrameHeader.RESPONSE -> onResponse(on, frame);
        case FrameHeader.HEARTBEAT -> onHeartbeat(on, frame);
        case FrameHeader.ERROR -> onError(on, frame);
        case FrameHeader.CANCEL -> onCancel(on, frame);
        case FrameHeader.CREDIT, FrameHeader.ITEM, FrameHeader.COMPLETE -> onStream(on, frame);
        case FrameHeader.HELLO -> onHello(on, frame);
        case FrameHeader.WELCOME -> onWelcome(on, frame);
        case FrameHeader.GOAWAY -> onGoAway(on, frame);
        default ->
            violated(
                Fault.of(
                    ErrorCode.PROTOCOL_ERROR, FrameHeader.name(frame.type()) + " was not agreed"));
      }
    } catch (MalformedFrameException e) {
      on.drop(Drop.MALFORMED, 1, FrameHeader.name(frame.type()) + ": " + e.getMessage());
    }
  }

  @Override
  public void onBatchEnd(int frames, int bytes) {
    Session on = live();
    on.counters().received(frames, bytes);
    MessageSink.Inbox box = inbox;
    if (box != null) {
      box.onBatchEnd();
    }
    on.outbound().endBatch();
  }

  @Override
  public void onViolation(Fault fault) {
    violated(fault);
  }

  private void violated(Fault fault) {
    Session on = live();
    if (on.state().compareTo(SessionState.CLOSING) >= 0) {
      return;
    }
    context.listener().onEvent(new Event.Violated(on.id(), fault));
    on.sendFault(0, fault);
    begin(new CloseReason(CloseReason.Initiator.POLICY, fault));
    on.outbound().endBatch();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext read) {
    watch.onRead(decoder.midFrame());
    read.fireChannelReadComplete();
  }

  private void onNotification(Session on, Frame frame) {
    MessageSink.Inbox box = inbox;
    if (box == null || sessions.isStopping()) {
      on.drop(Drop.SESSION_ENDED, 1, "notification after the server began to stop");
      return;
    }
    box.onMessage(frame, null);
  }

  private void onRequest(Session on, Frame frame) {
    long id = frame.id();
    MessageSink.Inbox box = inbox;
    if (box == null || sessions.isStopping()) {
      on.sendFault(id, Fault.of(ErrorCode.SERVER_STOPPING, "the server is stopping"));
      return;
    }
    if (id == 0 || on.inFlight().get(id) != null) {
      on.sendFault(
          id,
          Fault.of(
              ErrorCode.DUPLICATE_REQUEST_ID,
              id == 0 ? "request id 0" : "request " + id + " is not answered yet"));
      return;
    }
    Headers headers;
    try {
      frame.locate();
      headers = frame.headers(context.limits());
    } catch (MalformedFrameException e) {
      on.sendFault(id, Fault.of(e.code(), String.valueOf(e.getMessage())));
      return;
    }
    if (!headers.isEmpty() && headers.get("credit").isPresent()) {
      on.sendFault(id, Fault.of(ErrorCode.PROTOCOL_ERROR, "streams were not agreed"));
      return;
    }
    long deadline = deadline(headers);
    InboundRequest request = new InboundRequest(on, id, headers, deadline);
    on.inFlight().put(request);
    if (deadline != Long.MAX_VALUE) {
      inFlightDeadlines.add(deadline, executor());
    }
    if (on.inFlight().size() >= context.settings().maxInFlight()) {
      pause(IN_FLIGHT);
    }
    box.onMessage(frame, request);
  }

  private long deadline(Headers headers) {
    if (headers.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long ms = headers.getLong("deadline-ms").orElse(-1);
    return ms < 0
        ? Long.MAX_VALUE
        : context.clock().getAsLong()
            + TimeUnit.MILLISECONDS.toNanos(Math.min(ms, TimeUnit.DAYS.toMillis(365)));
  }

  private long expireInFlight(long now) {
    long[] earliest = {Long.MAX_VALUE};
    live()
        .inFlight()
        .forEach(request -> {
          if (request.deadlineNs() == Long.MAX_VALUE) {
            return;
          }
          if (request.deadlineNs() - now <= 0) {
            request.stop(Fault.of(ErrorCode.REQUEST_TIMEOUT, "not answered before its deadline"));
          } else {
            earliest[0] = Math.min(earliest[0], request.deadlineNs());
          }
        });
    return earliest[0];
  }

  private void onResponse(Session on, Frame frame) throws MalformedFrameException {
    PendingRequest call = on.requests().take(frame.id());
    if (call == null) {
      on.drop(Drop.UNKNOWN_ID, 1, "RESPONSE to request " + frame.id());
      return;
    }
    try {
      frame.locate();
      call.answered(frame.headers(context.limits()), frame.body(context.limits()));
    } catch (MalformedFrameException e) {
      call.failed(Fault.of(e.code(), "the answer: " + e.getMessage()));
    }
    leaveIfIdle(on);
  }

  private void onHeartbeat(Session on, Frame frame) {
    if (frame.payloadLength() == 0) {
      return;
    }
    if (frame.payloadLength() != Watch.PROBE_BYTES || frame.payloadByte(0) > 1) {
      on.drop(Drop.MALFORMED, 1, "HEARTBEAT of " + frame.payloadLength() + " bytes");
      return;
    }
    if (frame.payloadByte(0) == 0) {
      on.writeFrame(FrameHeader.HEARTBEAT, 0, Watch.reply(frame.payloadLong(1)));
    } else {
      on.roundTrip(Math.max(0, context.clock().getAsLong() - frame.payloadLong(1)));
    }
  }

  private void onError(Session on, Frame frame) throws MalformedFrameException {
    Fault fault = frame.fault();
    if (frame.id() == 0) {
      lastPeerError = fault;
      context.listener().onEvent(new Event.PeerError(on.id(), fault));
      if (on.state() == SessionState.OPENING) {
        begin(new CloseReason(CloseReason.Initiator.REMOTE, fault));
      }
      return;
    }
    PendingRequest call = on.requests().take(frame.id());
    if (call == null) {
      on.drop(Drop.UNKNOWN_ID, 1, "ERROR to request " + frame.id() + ": " + fault);
    } else {
      call.failed(fault);
      leaveIfIdle(on);
    }
  }

  private void onCancel(Session on, Frame frame) {
    InboundRequest request = on.inFlight().get(frame.id());
    if (request == null) {
      on.drop(Drop.UNKNOWN_ID, 1, "CANCEL of request " + frame.id());
    } else {
      request.stop(Fault.of(ErrorCode.CANCELLED, "cancelled by the caller"));
    }
  }

  /** Streams come later; until then an id that we know cannot be a stream's. */
  private void onStream(Session on, Frame frame) {
    String kind = FrameHeader.name(frame.type());
    if (on.inFlight().get(frame.id()) == null) {
      on.drop(Drop.UNKNOWN_ID, 1, kind + " for request " + frame.id());
    } else {
      on.sendFault(
          frame.id(), Fault.of(ErrorCode.PROTOCOL_ERROR, kind + ": streams were not agreed"));
    }
  }

  private void onHello(Session on, Frame frame) {
    try {
      Greeter.Agreement agreement = greeter.answer(frame.greeting(context.limits()), on.id());
      on.writeFrame(FrameHeader.WELCOME, 0, agreement.welcome());
      on.agree(FrameHeader.MAX_LENGTH, agreement.compression());
      watch.greeted();
    } catch (MalformedFrameException e) {
      violated(Fault.of(ErrorCode.PROTOCOL_ERROR, String.valueOf(e.getMessage())));
    } catch (Greeter.VersionException e) {
      violated(e.fault());
    }
  }

  private void onWelcome(Session on, Frame frame) {
    if (on.state() != SessionState.OPENING) {
      violated(Fault.of(ErrorCode.PROTOCOL_ERROR, "WELCOME without HELLO"));
      return;
    }
    try {
      Greeter.Welcome welcome = greeter.read(frame.greeting(context.limits()));
      on.agree(welcome.maxFrameBytes(), welcome.compression());
    } catch (MalformedFrameException e) {
      violated(Fault.of(ErrorCode.PROTOCOL_ERROR, String.valueOf(e.getMessage())));
      return;
    } catch (Greeter.VersionException e) {
      violated(e.fault());
      return;
    }
    watch.greeted();
    on.moveTo(SessionState.OPEN);
    sessions.opened(on);
  }

  private void onGoAway(Session on, Frame frame) throws MalformedFrameException {
    Fault fault = frame.fault();
    context.listener().onEvent(new Event.GoingAway(on.id(), fault));
    on.refuseRequests(fault);
    leaveIfIdle(on);
  }

  /** After GOAWAY the one who called leaves as soon as nothing is in flight. */
  private void leaveIfIdle(Session on) {
    if (context.role() == Role.CLIENT && on.isLeaving() && on.pendingRequests() == 0) {
      begin(CloseReason.remote("the peer went away"));
    }
  }

  // ---- slowing down ----

  @Override
  public void pause() {
    pause(MAILBOX);
  }

  @Override
  public void resume() {
    unpauseLater(MAILBOX);
  }

  void pauseForRoom() {
    post(() -> pause(ROOM));
  }

  /** Any thread. */
  void requestDone() {
    int bits = pauses;
    if ((bits & IN_FLIGHT) != 0
        && live().inFlight().size() <= context.settings().maxInFlight() / 2) {
      unpauseLater(IN_FLIGHT);
    }
    if (live().state() == SessionState.DRAINING) {
      post(this::checkDrained);
    }
  }

  @Override
  public void onRoom() {
    Session on = live();
    on.onRoom();
    if ((pauses & ROOM) != 0) {
      unpauseLater(ROOM);
    }
  }

  private void pause(int bit) {
    if (pauses == 0) {
      decoder.pause();
      channel().config().setAutoRead(false);
    }
    pauses |= bit;
    // What was waited for may have come between the decision and the bit.
    if (bit == ROOM && live().outbound().hasMuchRoom()) {
      unpauseLater(ROOM);
    } else if (bit == IN_FLIGHT
        && live().inFlight().size() <= context.settings().maxInFlight() / 2) {
      unpauseLater(IN_FLIGHT);
    }
  }

  /** Posted even from the loop itself, so that the decoder is never entered twice. */
  private void unpauseLater(int bit) {
    executor().execute(() -> unpause(bit));
  }

  private void unpause(int bit) {
    if ((pauses & bit) == 0) {
      return;
    }
    pauses &= ~bit;
    if (pauses != 0 || ctx == null) {
      return;
    }
    decoder.resume(context());
    if (pauses == 0) {
      channel().config().setAutoRead(true);
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
      onPeerEnd();
    }
    triggered.fireUserEventTriggered(event);
  }

  private void onPeerEnd() {
    Session on = live();
    peerEnded = true;
    if (on.state().compareTo(SessionState.CLOSING) >= 0) {
      closeIfFinished();
      return;
    }
    if (reason == null) {
      Fault told = lastPeerError;
      reason =
          told == null
              ? CloseReason.remote("the peer closed the connection")
              : new CloseReason(CloseReason.Initiator.REMOTE, told);
    }
    // No answer can come any more; ours still go out.
    on.requests().failAll(reason.fault());
    on.refuseRequests(reason.fault());
    drain();
  }

  /** Takes no more, finishes what is in flight, then closes. */
  void drain() {
    Session on = live();
    if (on.state().compareTo(SessionState.DRAINING) < 0) {
      on.moveTo(SessionState.DRAINING);
    }
    checkDrained();
  }

  /** Tells a greeted peer that this side is leaving. */
  void goAway(Fault fault) {
    if (watch.isGreeted()) {
      live().writeFrame(FrameHeader.GOAWAY, 0, FrameEncoder.faultPayload(fault));
    }
  }

  @Override
  public void emptied() {
    if (live().state() == SessionState.DRAINING) {
      post(this::checkDrained);
    }
  }

  private void checkDrained() {
    Session on = live();
    MessageSink.Inbox box = inbox;
    if (on.state() == SessionState.DRAINING
        && on.inFlight().size() == 0
        && (box == null || box.isEmpty())
        && !(peerEnded && decoder.hasKept())) {
      begin(reason != null ? reason : CloseReason.local());
    }
  }

  /** Any thread. */
  void close(CloseReason why) {
    post(() -> begin(why));
  }

  /** Accepts nothing more, and ends this direction once what was accepted has gone. */
  private void begin(CloseReason why) {
    Session on = live();
    if (on.state().compareTo(SessionState.CLOSING) >= 0) {
      return;
    }
    if (reason == null) {
      reason = why;
    }
    on.moveTo(SessionState.CLOSING);
    on.requests().failAll(why.fault());
    decoder.stop();
    watch.closing();
    // Reads on and throws away, to hear the peer's end and not to reset what it has yet to read.
    channel().config().setAutoRead(true);
    on.outbound().finish();
  }

  @Override
  public void onFinished() {
    finished = true;
    context()
        .writeAndFlush(EndOfStream.INSTANCE)
        .addListener(done -> {
          if (!done.isSuccess()) {
            channel().close();
          } else {
            closeIfFinished();
          }
        });
  }

  private void closeIfFinished() {
    if (finished && peerEnded) {
      channel().close();
    }
  }

  @Override
  public void onDiscarded(long messages) {
    live().drop(Drop.SESSION_ENDED, messages, "accepted, but the connection ended first");
  }

  // ---- small things ----

  /** For the watch: the peer broke a rule of time. */
  void timedOut(Fault fault, boolean tell) {
    Session on = live();
    if (on.state() == SessionState.CLOSING) {
      channel().close();
      return;
    }
    if (tell) {
      violated(fault);
    } else {
      reason = new CloseReason(CloseReason.Initiator.POLICY, fault);
      channel().close();
    }
  }

  void trim() {
    live().outbound().trim();
  }

  void probe(byte[] payload) {
    live().writeFrame(FrameHeader.HEARTBEAT, 0, payload);
  }

  boolean isMidFrame() {
    return decoder.midFrame() && pauses == 0;
  }

  long lastReadNs() {
    return watch.lastReadNs();
  }

  EventExecutor executor() {
    return context().executor();
  }

  void post(Runnable task) {
    EventExecutor executor = executor();
    if (executor.inEventLoop()) {
      task.run();
    } else if (!executor.isShuttingDown()) {
      executor.execute(task);
    }
  }

  private Channel channel() {
    return context().channel();
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext attached = ctx;
    if (attached == null) {
      throw new IllegalStateException("not attached to a channel yet");
    }
    return attached;
  }

  private Session live() {
    Session on = session;
    if (on == null) {
      throw new IllegalStateException("the channel is not active yet");
    }
    return on;
  }
}
