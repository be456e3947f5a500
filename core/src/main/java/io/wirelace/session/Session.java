package io.wirelace.session;

import io.wirelace.config.Times;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.PeerText;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Counters;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.SessionId;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.Link;
import io.wirelace.transport.PeerIdentity;
import io.wirelace.wire.Headers;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One conversation with one peer, the same on a server and on a client: send, request, and know who
 * it is. It does not hold a channel; it is attached to one.
 *
 * <p>Any thread. Methods that may wait say so; they belong on virtual or other application threads
 * and refuse to run on an event loop (in an inline handler, or in the callback of a future), where
 * {@link #trySend} and {@link #requestAsync} do not wait.
 */
public final class Session implements AutoCloseable {
  private final SessionContext context;
  private final SessionHandler handler;
  private final SessionId id;
  private final Link link;
  private final Instant openedAt = Instant.now();
  private final Counters counters = new Counters();
  private final Sending sending;
  private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

  private final OutgoingRequests requests;
  private final SessionMemory memory;

  // The peer's requests.
  private final InFlight inFlight = new InFlight();

  private volatile SessionState state = SessionState.OPENING;
  private volatile @Nullable Fault refusal;
  private volatile @Nullable CloseReason endReason;
  private volatile long roundTripNs = -1;
  private volatile @Nullable Map<AttributeKey<?>, Object> attributes;

  Session(SessionContext context, SessionHandler handler, Link link) {
    this.context = context;
    this.handler = handler;
    this.id = SessionId.random(context.random());
    this.link = link;
    this.sending = new Sending(this, handler, context, counters, link.maxFrameBytes());
    this.requests = new OutgoingRequests(this, context);
    this.memory = new SessionMemory(this, MemoryBudget.PROCESS, context.settings().memoryBudget());
  }

  // ---- who and how ----

  /** Its id: distinct, and not to be guessed. */
  public SessionId id() {
    return id;
  }

  /** The URI scheme that carries it. */
  public String transport() {
    return link.transport();
  }

  /** The peer's address. */
  public SocketAddress peer() {
    return link.peer();
  }

  /** This side's address. */
  public SocketAddress local() {
    return link.local();
  }

  /** Who the peer has proved to be: the holder of a certificate, a process; empty otherwise. */
  public Optional<PeerIdentity> identity() {
    return link.identity();
  }

  /** When it opened. */
  public Instant openedAt() {
    return openedAt;
  }

  /**
   * When bytes of the peer were last read, as {@link System#nanoTime} tells. In an inline handler
   * and in a callback: when the message or answer was read, without another look at the clock.
   */
  public long lastReadNs() {
    return handler.lastReadNs();
  }

  /** How long nothing has come from the peer. */
  public Duration idle() {
    return Duration.ofNanos(Math.max(0, context.clock().getAsLong() - handler.lastReadNs()));
  }

  /** The time of a heartbeat's way there and back; empty before the first. */
  public Optional<Duration> roundTrip() {
    long ns = roundTripNs;
    return ns < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(ns));
  }

  /** What has passed through it. */
  public Counters counters() {
    return counters;
  }

  /** Whether messages can be sent. */
  public boolean isOpen() {
    return state == SessionState.OPEN || state == SessionState.DRAINING;
  }

  /** Requests of this side that wait for an answer. */
  public int pendingRequests() {
    return requests.size();
  }

  /** Requests of the peer that handlers have and that are not answered yet. */
  public int inFlightRequests() {
    return inFlight.unanswered();
  }

  /** Bytes that wait for the transport. */
  public long queuedBytes() {
    return sending.outbound().queuedBytes();
  }

  /** What the application keeps under a key. */
  public <T> Optional<T> attribute(AttributeKey<T> key) {
    Map<AttributeKey<?>, Object> map = attributes;
    return map == null ? Optional.empty() : Optional.ofNullable(key.type().cast(map.get(key)));
  }

  /** Keeps a value under a key. */
  public <T> void attribute(AttributeKey<T> key, T value) {
    attributes().put(key, key.type().cast(value));
  }

  private Map<AttributeKey<?>, Object> attributes() {
    Map<AttributeKey<?>, Object> map = attributes;
    if (map == null) {
      synchronized (this) { // never waits: only makes a map
        map = attributes;
        if (map == null) {
          map = new ConcurrentHashMap<>();
          attributes = map;
        }
      }
    }
    return map;
  }

  // ---- sending ----

  /**
   * Sends a notification; waits while the queue is full.
   *
   * @param route the peer's route, or empty for its default handler
   * @throws WirelaceException if the session is closed (-603), there is no room within the send
   *     timeout or on an event loop at once (-647), or the message is too large (-642)
   */
  public void send(String route, byte[] body) {
    sending.send(route, Headers.NONE, body);
  }

  /** As {@link #send(String, byte[])}, with headers. */
  public void send(Message message) {
    sending.send(message);
  }

  /** Sends a notification if there is room now; never waits, never throws for a full queue. */
  public SendResult trySend(String route, byte[] body) {
    return sending.trySend(route, Headers.NONE, body);
  }

  /** As {@link #trySend(String, byte[])}, with headers. */
  public SendResult trySend(Message message) {
    return sending.trySend(message.route(), message.wireHeaders(), message.body());
  }

  void requireOpen() {
    if (!isOpen()) {
      throw closedException();
    }
  }

  static boolean onEventLoop() {
    return EventLoops.isCurrentThread();
  }

  // ---- requests ----

  /** Sends a request and waits for the answer, for at most the request timeout. */
  public byte[] request(String route, byte[] body) {
    Duration timeout = context.settings().requestTimeout();
    return requests.call(sending.routeBytes(route), Headers.NONE, body, timeout).body();
  }

  /**
   * Sends a request and waits for the answer.
   *
   * @param timeout how long; the peer is told, and stops its handler when the time is up
   * @throws WirelaceException with the code that the peer answered, or -643 (no answer in time),
   *     -603 (closed), -647 (too many requests in flight), -644 (interrupted)
   */
  public byte[] request(String route, byte[] body, Duration timeout) {
    Headers headers = withDeadline(Headers.NONE, timeout);
    return requests.call(sending.routeBytes(route), headers, body, timeout).body();
  }

  /** As {@link #request(String, byte[], Duration)}, with headers there and back. */
  public Message request(Message message, Duration timeout) {
    Headers headers = withDeadline(message.wireHeaders(), timeout);
    return requests.call(sending.routeBytes(message.route()), headers, message.body(), timeout);
  }

  /** Sends a request; the outcome as a value instead of an exception. */
  public Result<byte[]> tryRequest(String route, byte[] body, Duration timeout) {
    try {
      return new Result.Ok<>(request(route, body, timeout));
    } catch (WirelaceException e) {
      return new Result.Err<>(e.fault());
    }
  }

  /**
   * Sends a request; the answer comes with the future, on an event loop: what is chained to it must
   * not block. Cancelling the future cancels the request at the peer. Fails with -647 at once if as
   * many requests are in flight as may be.
   */
  public CompletableFuture<byte[]> requestAsync(String route, byte[] body) {
    return startAsync(route, Headers.NONE, body, context.settings().requestTimeout());
  }

  /** As {@link #requestAsync(String, byte[])} with a timeout of its own. */
  public CompletableFuture<byte[]> requestAsync(String route, byte[] body, Duration timeout) {
    return startAsync(route, withDeadline(Headers.NONE, timeout), body, timeout);
  }

  /**
   * Sends a request; the answer, or why there is none, comes to the callback on an event loop. The
   * way with the least cost: no future, nothing that can be cancelled.
   *
   * @throws WirelaceException if the request cannot be sent, and the callback will not be called:
   *     -603 (closed), -647 (too many requests in flight), -642 (too large)
   */
  public void requestAsync(String route, byte[] body, AnswerCallback callback) {
    Duration timeout = context.settings().requestTimeout();
    requests.startAsync(sending.routeBytes(route), Headers.NONE, body, timeout, callback);
  }

  /** As {@link #requestAsync(String, byte[], AnswerCallback)} with a timeout of its own. */
  public void requestAsync(String route, byte[] body, Duration timeout, AnswerCallback callback) {
    Headers headers = withDeadline(Headers.NONE, timeout);
    requests.startAsync(sending.routeBytes(route), headers, body, timeout, callback);
  }

  private CompletableFuture<byte[]> startAsync(
      String route, Headers headers, byte[] body, Duration timeout) {
    return requests.startAsync(sending.routeBytes(route), headers, body, timeout);
  }

  private static Headers withDeadline(Headers headers, Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new WirelaceException(
          ErrorCode.INVALID_ARGUMENT, "timeout: " + timeout + " (expected more than 0)");
    }
    return headers.with("deadline-ms", Long.toString(Math.max(1, Times.ms(timeout))));
  }

  // ---- for the handler, on the event loop ----

  long nowNs() {
    return handler.nowNs();
  }

  /** Whether this thread is the event loop, or the virtual one that it carries right now. */
  boolean isOnLoop() {
    return handler.isOnLoop();
  }

  SessionLoop loop() {
    return handler.loop();
  }

  Sending sending() {
    return sending;
  }

  Outbound outbound() {
    return sending.outbound();
  }

  SessionMemory memory() {
    return memory;
  }

  InFlight inFlight() {
    return inFlight;
  }

  SessionContext context() {
    return context;
  }

  OutgoingRequests requests() {
    return requests;
  }

  /** It ends before it has opened. */
  void neverOpens(CloseReason why) {
    handler.neverOpens(why);
  }

  void moveTo(SessionState next) {
    state = next;
    if (next.compareTo(SessionState.DRAINING) > 0) {
      sending.signal();
    }
  }

  SessionState state() {
    return state;
  }

  /** The peer is leaving: new requests fail with this. */
  void refuseRequests(Fault fault) {
    refusal = fault;
  }

  boolean isLeaving() {
    return refusal != null;
  }

  /** Why new requests are refused, if they are. */
  @Nullable Fault refusal() {
    return refusal;
  }

  /** Tells a greeted peer to leave, and ends when nothing is in flight. Any thread. */
  void leave(Fault why) {
    handler
        .loop()
        .post(() -> {
          if (state == SessionState.OPEN) {
            handler.leave(why);
          }
        });
  }

  void roundTrip(long ns) {
    roundTripNs = ns;
  }

  /** It is over: everybody who waits is told. */
  void ended(CloseReason reason) {
    endReason = reason; // first: who sees that it is closed asks why
    moveTo(SessionState.CLOSED);
    closed.complete(reason);
    requests.close(reason.fault());
    memory.ended();
  }

  // ---- for requests of the peer, any thread ----

  void requestDone() {
    inFlight.end(handler.isOnLoop());
    handler.requestDone();
  }

  void checkWhetherDrained() {
    handler.checkWhetherDrained();
  }

  /** Counts a drop and tells it. */
  public void drop(Drop why, long count, String detail) {
    counters.dropped(why, count);
    context.listener().onEvent(new Event.Dropped(id, why, count, detail));
  }

  // ---- the end ----

  /**
   * Ends the session after what was accepted has been delivered. Returns at once; {@link
   * #whenClosed} tells when it is done, which is at most the close timeout later.
   */
  @Override
  public void close() {
    close(CloseReason.local());
  }

  /** As {@link #close()}, with a reason of its own. */
  public void close(CloseReason reason) {
    handler.close(reason);
  }

  boolean isOf(Executor loop) {
    return handler.loop().executor().equals(loop);
  }

  /** What it was at may be half done. Event loop only. */
  void endAfterFailure(Throwable cause) {
    memory.end(CloseReason.policy(ErrorCode.INTERNAL_ERROR, "its event loop failed: " + cause));
  }

  /** Completes when the session is over, with the reason. */
  public CompletionStage<CloseReason> whenClosed() {
    return closed.minimalCompletionStage();
  }

  Fault closeFault() {
    CloseReason reason = endReason;
    return reason == null ? CloseReason.local().fault() : reason.fault();
  }

  WirelaceException closedException() {
    if (state == SessionState.OPENING) {
      return new WirelaceException(ErrorCode.INVALID_SESSION, "the session is not open yet");
    }
    return new WirelaceException(
        endReason != null ? closeFault() : Fault.of(ErrorCode.CONNECTION_CLOSED, "it is closing"));
  }

  @Override
  public String toString() {
    return "Session["
        + id
        + ", "
        + transport()
        + ", "
        + PeerText.escaped(String.valueOf(peer()))
        + "]";
  }
}
