package io.wirelace.session;

import io.wirelace.config.Times;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Counters;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.wire.AdaptiveCompressor;
import io.wirelace.wire.Compression;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import io.wirelace.wire.MalformedFrameException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of a session: makes frames of messages, compressed where that was agreed and
 * pays, and decides what happens while the queue is full: wait, drop, or read no more.
 *
 * <p>Any thread, unless a method says otherwise.
 */
final class Sending {
  /** Made beforehand: when they are needed there may be no memory. */
  private static final Fault NO_MEMORY =
      Fault.of(ErrorCode.QUEUE_FULL, "there is no memory for the answer");

  private static final Fault NOT_SENT =
      Fault.of(ErrorCode.INTERNAL_ERROR, "the answer could not be sent");

  /** A queue that is full for this long without a break has a slow peer. */
  private static final long SLOW_AFTER_NS = TimeUnit.MILLISECONDS.toNanos(200);

  /** Nobody is told that other sessions hold less memory now: who waits looks so often. */
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Session session;
  private final SessionHandler handler;
  private final SessionContext context;
  private final Outbound outbound;
  private final RoomGate room = new RoomGate();
  private final int mostFrameBytes;

  /** Since when the queue has been full, on the context's clock; 0 while it is not. */
  private final AtomicLong fullSinceNs = new AtomicLong();

  private final AtomicBoolean slowTold = new AtomicBoolean();

  /** Whether the next room is for what the peer has caused. */
  private volatile boolean promised;

  /** Replies that were written since there was no room. */
  private final AtomicInteger beyond = new AtomicInteger();

  private volatile int peerMaxFrameBytes;
  private volatile @Nullable AdaptiveCompressor compressor;
  private Compression agreed = Compression.NONE; // event loop only
  private volatile @Nullable RouteName lastRoute;
  private int sealedWhenBooked; // threads that race book twice
  private volatile @Nullable LateAnswers lateAnswers; // made when an answer first has to wait

  /** A route as text and as it goes on the wire, so that the usual one is encoded once. */
  private record RouteName(String text, byte @Nullable [] bytes) {}

  /** To a peer of whom only the transport's longest frame is known. */
  Sending(
      Session session,
      SessionHandler handler,
      SessionContext context,
      Counters counters,
      int mostFrameBytes) {
    this.session = session;
    this.handler = handler;
    this.context = context;
    this.mostFrameBytes = mostFrameBytes;
    this.peerMaxFrameBytes = mostFrameBytes;
    this.outbound =
        new Outbound(
            handler,
            counters,
            context.settings().outboundBytes(),
            context.settings().outboundMessages());
  }

  Outbound outbound() {
    return outbound;
  }

  // ---- messages ----

  /** A notification; waits for room. */
  void send(String route, Headers headers, byte[] body) {
    awaitRoom();
    if (!write(FrameHeader.NOTIFICATION, 0, routeBytes(route), headers, body)) {
      throw session.closedException();
    }
  }

  /** As above; what the message holds is looked at when there is room. */
  void send(Message message) {
    awaitRoom();
    byte[] route = routeBytes(message.route());
    if (!write(FrameHeader.NOTIFICATION, 0, route, message.wireHeaders(), message.body())) {
      throw session.closedException();
    }
  }

  /** A notification if there is room now. */
  SendResult trySend(String route, Headers headers, byte[] body) {
    if (!hasRoomForMessage()) {
      full();
      session.drop(Drop.QUEUE_FULL, 1, "outbound queue is full");
      return SendResult.DROPPED;
    }
    byte[] name = routeBytes(route); // a mistake of the caller's is no refusal
    try {
      if (!session.isOpen() || !write(FrameHeader.NOTIFICATION, 0, name, headers, body)) {
        return SendResult.REFUSED;
      }
    } catch (WirelaceException e) {
      return SendResult.REFUSED;
    }
    return outbound.isBackedUp() ? SendResult.QUEUED : SendResult.SENT;
  }

  /** A frame, whether there is room or not; false if the session takes nothing more. */
  boolean write(int kind, long callId, byte @Nullable [] route, Headers headers, byte[] plainBody) {
    return write(kind, callId, route, headers, plainBody, false);
  }

  /**
   * As above.
   *
   * @param alone whether nothing else is under way, so that this thread may write it to the socket
   */
  boolean write(
      int kind,
      long callId,
      byte @Nullable [] route,
      Headers headers,
      byte[] plainBody,
      boolean alone) {
    int type = kind | FrameEncoder.flags(route, headers);
    byte[] body = plainBody;
    AdaptiveCompressor shrink = compressor;
    if (shrink != null && plainBody.length >= AdaptiveCompressor.LEAST_BYTES) {
      byte[] small = shrink.compress(plainBody);
      if (small != null) {
        type |= FrameHeader.COMPRESSED;
        body = small;
      }
    }
    int frameBytes = FrameEncoder.frameBytes(route, headers, body.length, peerMaxFrameBytes);
    boolean taken =
        alone
            ? outbound.appendAndWrite(type, callId, route, headers, body, frameBytes)
            : outbound.append(type, callId, route, headers, body, frameBytes);
    int sealed = outbound.sealedChunks();
    if (sealed != sealedWhenBooked || frameBytes > OutboundChunks.LARGE_FRAME_BYTES) {
      sealedWhenBooked = sealed; // once a chunk, not per message
      book();
    }
    return taken;
  }

  /** The frame has been taken: that this finds no memory must not look as if it were not. */
  private void book() {
    try {
      session.memory().check();
    } catch (OutOfMemoryError e) {
      session.loop().cannotGoOn(e);
    }
  }

  /** Whether both the queue and the memory of all sessions leave room. */
  boolean hasRoom() {
    return outbound.hasRoom() && !session.memory().isShort();
  }

  /**
   * Whether there is room for a message of this side's own. What the peer has caused and waits for
   * room goes first: senders that take each place at once would leave it none for ever.
   */
  private boolean hasRoomForMessage() {
    return !promised && hasRoom();
  }

  /** The next room is for what the peer has caused. Any thread. */
  void promiseRoom() {
    promised = true;
  }

  /** All answers that waited have found room. Event loop only. */
  void answersSent() {
    if (promised && !handler.isPausedForRoom()) {
      promised = false;
      room.signal();
    }
  }

  byte @Nullable [] routeBytes(String route) {
    RouteName name = lastRoute;
    if (name == null || !name.text.equals(route)) {
      name = new RouteName(route, route.isEmpty() ? null : Frame.routeBytes(route));
      lastRoute = name;
    }
    return name.bytes;
  }

  // ---- room ----

  private void awaitRoom() {
    session.requireOpen();
    if (!hasRoomForMessage()) {
      awaitRoomSlowly(Times.ns(context.settings().sendTimeout()));
    }
  }

  /** Waits for room, but not beyond a deadline on the context's clock. */
  void awaitRoom(long deadlineNs) {
    session.requireOpen();
    if (!hasRoomForMessage()) {
      long left = deadlineNs - context.clock().getAsLong();
      awaitRoomSlowly(Math.min(left, Times.ns(context.settings().sendTimeout())));
    }
  }

  private void awaitRoomSlowly(long timeout) {
    if (Session.onEventLoop()) {
      throw new WirelaceException(
          ErrorCode.QUEUE_FULL,
          "the queue to "
              + session.peer()
              + " is full, and an event loop cannot wait: use trySend");
    }
    full();
    long patience = Math.min(timeout, SLOW_AFTER_NS);
    try {
      if (!awaitRoomOrEnd(patience)) {
        full();
        if (!awaitRoomOrEnd(timeout - patience)) {
          throw new WirelaceException(
              ErrorCode.QUEUE_FULL,
              "no room in the queue to "
                  + session.peer()
                  + " within "
                  + timeout / 1_000_000
                  + " ms");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WirelaceException(ErrorCode.CANCELLED, "interrupted while waiting to send");
    }
    if (!session.isOpen()) {
      throw session.closedException();
    }
  }

  private boolean awaitRoomOrEnd(long timeoutNs) throws InterruptedException {
    long left = timeoutNs;
    while (!room.await(() -> hasRoomForMessage() || !session.isOpen(), Math.min(left, LOOK_NS))) {
      left -= LOOK_NS;
      if (left <= 0) {
        return false;
      }
    }
    return true;
  }

  /** The queue is full. A fast sender sees that often; told is only what lasts. */
  void full() {
    long now = context.clock().getAsLong();
    long since = fullSinceNs.get();
    if (since == 0) {
      fullSinceNs.compareAndSet(0, now == 0 ? 1 : now);
    } else if (now - since >= SLOW_AFTER_NS && slowTold.compareAndSet(false, true)) {
      context.listener().onEvent(new Event.Slow(session.id(), outbound.queuedBytes()));
    }
  }

  /** There is room again. */
  void onRoom() {
    beyond.set(0);
    fullSinceNs.set(0);
    slowTold.set(false);
    LateAnswers late = lateAnswers;
    if (late != null) {
      late.sendWhatFits();
    }
    if (promised && !hasLate()) {
      promised = false;
    }
    room.signal();
  }

  /** Bytes of the answers that wait for room. */
  long lateBytes() {
    LateAnswers late = lateAnswers;
    return late == null ? 0 : late.bytes();
  }

  /** Whether answers wait for room. */
  boolean hasLate() {
    LateAnswers late = lateAnswers;
    return late != null && !late.isEmpty();
  }

  /** The session has ended: what waits for room is dropped. */
  void discardLate() {
    LateAnswers late = lateAnswers;
    if (late != null) {
      late.discard();
    }
  }

  /** The session is about to end: what waits for room is answered with that. */
  void failLate(Fault fault) {
    LateAnswers late = lateAnswers;
    if (late != null) {
      late.fail(fault);
    }
  }

  /** Something changed for those who wait: the session may be closing. */
  void signal() {
    room.signal();
  }

  // ---- for requests of the peer ----

  /** Whether there is room for an answer, and none that came before waits. Any thread. */
  boolean hasRoomForAnswer() {
    LateAnswers late = lateAnswers;
    return (late == null || late.isEmpty()) && hasRoom();
  }

  /**
   * An answer that waits for room, while its thread does not. Reading goes on as well: if both
   * sides stopped reading because their answers find no room, neither would ever find any. What
   * bounds the answers that wait is max-in-flight, and the budget of memory.
   */
  void answerLate(InboundRequest request, Headers headers, byte[] body) {
    full();
    promiseRoom();
    lateAnswers().add(request, headers, body);
  }

  private LateAnswers lateAnswers() {
    synchronized (fullSinceNs) { // never waits for anything: only makes an object
      LateAnswers late = lateAnswers;
      if (late == null) {
        late = new LateAnswers(session, this);
        lateAnswers = late;
      }
      return late;
    }
  }

  /**
   * An answer, whether there is room or not. A peer whose answer cannot be made learns that: it
   * would wait for ever otherwise.
   */
  void answerNow(long callId, Headers headers, byte[] body) {
    try {
      boolean alone = session.inFlight().size() <= 1;
      if (!write(FrameHeader.RESPONSE, callId, null, headers, body, alone)) {
        session.drop(Drop.SESSION_ENDED, 1, "answer to request " + callId);
      }
    } catch (WirelaceException e) {
      answerNotSent(callId, e.fault());
    } catch (OutOfMemoryError e) { // the frame found no memory, and left nothing behind
      tellInstead(callId, NO_MEMORY, e);
      session.drop(Drop.QUEUE_FULL, 1, "answer to request " + callId + ": " + e.getMessage());
    } catch (Throwable e) {
      tellInstead(callId, NOT_SENT, e);
      throw e;
    }
  }

  private void tellInstead(long callId, Fault fault, Throwable cause) {
    try {
      fault(callId, fault);
    } catch (Throwable again) {
      session.loop().cannotGoOn(cause); // or the peer would wait for ever
    }
  }

  private void answerNotSent(long callId, Fault fault) {
    if (fault.is(ErrorCode.MESSAGE_TOO_LARGE)) {
      fault(callId, fault);
      return;
    }
    session.drop(Drop.SESSION_ENDED, 1, "answer to request " + callId + ": " + fault);
    if (fault.is(ErrorCode.QUEUE_FULL)) {
      session.close(CloseReason.policy(ErrorCode.QUEUE_FULL, "the peer does not take its answers"));
    }
  }

  /** An ERROR: to a request, or with 0 about the connection. */
  void fault(long callId, Fault fault) {
    reply(FrameHeader.ERROR, callId, FrameEncoder.faultPayload(fault));
  }

  /**
   * A small frame that the peer has caused. While there is no room, max-in-flight of them pass the
   * bound: a peer that keeps to its own bound can cause no more, and what it sends goes on. One
   * that causes more has its requests wait.
   */
  void reply(int type, long callId, byte[] payload) {
    writeFrame(type, callId, payload);
    if (!hasRoom()) {
      full();
      if (beyond.incrementAndGet() > context.settings().maxInFlight()) {
        handler.pauseForRoom();
      }
    } else if (beyond.get() != 0) {
      beyond.set(0);
    }
  }

  /** A small frame that does not wait for room. */
  void writeFrame(int type, long callId, byte[] payload) {
    int bytes = FrameHeader.BYTES + payload.length;
    outbound.append(type, callId, null, Headers.NONE, payload, bytes);
  }

  // ---- the agreement ----

  /** What both sides have agreed on at the greeting. Event loop only. */
  void agree(int maxFrameBytes, Compression compression) {
    peerMaxFrameBytes = Math.min(maxFrameBytes, mostFrameBytes);
    compressor =
        compression == Compression.NONE
            ? null
            : new AdaptiveCompressor(
                compression, context.limits().maxInflationRatio(), context.clock());
    agreed = compression;
  }

  /**
   * Judges a frame of the peer whose body is compressed. Event loop only.
   *
   * @throws MalformedFrameException if that was not agreed, or claims too much
   */
  void judgeCompressed(Frame frame) throws MalformedFrameException {
    frame.judgeCompressed(agreed, context.limits());
  }
}
