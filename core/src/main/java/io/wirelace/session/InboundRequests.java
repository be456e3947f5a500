package io.wirelace.session;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.wire.CompressedBody;
import io.wirelace.wire.Frame;
import io.wirelace.wire.Headers;
import io.wirelace.wire.MalformedFrameException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The peer's requests: which are taken, whether as many are being handled as may be, and which are
 * out of time. Event loop only, but for {@link #answered}.
 */
final class InboundRequests {
  private static final long LONGEST_MS = TimeUnit.DAYS.toMillis(365);

  private static final String NO_MEMORY = "there is no memory to inflate the body (memory-budget)";

  private final SessionHandler handler;
  private final Session session;
  private final SessionContext context;
  private final ReadGate gate;
  private final boolean mayRepeat;
  private final Deadlines deadlines;

  /** One whose handler has answered inline, so that nobody holds it any more. */
  private @Nullable InboundRequest spare;

  /** For one session; {@code mayRepeat} where the network may bring a request twice. */
  InboundRequests(SessionHandler handler, Session session, ReadGate gate, boolean mayRepeat) {
    this.handler = handler;
    this.session = session;
    this.context = session.context();
    this.gate = gate;
    this.mayRepeat = mayRepeat;
    this.deadlines = new Deadlines(context.clock(), this::expire);
  }

  /** The request of a frame, or null if it has been answered or dropped already. */
  @Nullable InboundRequest admit(Frame frame) {
    long id = frame.id();
    if (id == 0 || session.inFlight().get(id) != null) {
      refuseId(id);
      return null;
    }
    Headers headers;
    try {
      frame.locate();
      headers = frame.headers(context.limits());
      if (frame.compressed()) {
        session.sending().judgeCompressed(frame);
        if (hasNoMemoryFor(frame)) {
          session.sending().fault(id, Fault.of(ErrorCode.QUEUE_FULL, NO_MEMORY));
          return null;
        }
      }
    } catch (MalformedFrameException e) {
      session.sending().fault(id, Fault.of(e.code(), String.valueOf(e.getMessage())));
      return null;
    }
    if (!headers.isEmpty() && headers.get("credit").isPresent()) {
      session.sending().fault(id, Fault.of(ErrorCode.PROTOCOL_ERROR, "streams were not agreed"));
      return null;
    }
    InboundRequest request = spare;
    if (request == null) {
      return new InboundRequest(session, id, headers, deadline(headers));
    }
    spare = null;
    request.become(id, headers, deadline(headers));
    return request;
  }

  /**
   * Whether a notification with a compressed body is taken; if not, it has been dropped.
   *
   * @throws MalformedFrameException if compression was not agreed, or the body claims too much
   */
  boolean admitCompressed(Frame frame) throws MalformedFrameException {
    session.sending().judgeCompressed(frame);
    if (hasNoMemoryFor(frame)) {
      session.drop(Drop.QUEUE_FULL, 1, NO_MEMORY);
      return false;
    }
    return true;
  }

  private boolean hasNoMemoryFor(Frame frame) {
    int bytes = frame.inflatedBytes();
    return bytes > CompressedBody.QUICK_BYTES && session.memory().refuses(bytes);
  }

  /** One of {@link #admit} that was answered within its call, and that nobody holds any more. */
  void reuse(InboundRequest request) {
    spare = request;
  }

  private void refuseId(long id) {
    if (id != 0 && mayRepeat) {
      session.drop(Drop.REPEATED, 1, "request " + id);
      return;
    }
    session
        .sending()
        .fault(
            id,
            Fault.of(
                ErrorCode.DUPLICATE_REQUEST_ID,
                id == 0 ? "request id 0" : "request " + id + " is not answered yet"));
  }

  /** Keeps a request until it is answered. */
  void register(InboundRequest request) {
    session.inFlight().put(request);
    if (request.deadlineNs() != Long.MAX_VALUE) {
      deadlines.add(request.deadlineNs(), handler.loop());
    }
  }

  /** Whether as many handlers are busy as may be. */
  boolean areTooMany() {
    return session.inFlight().size() >= context.settings().maxInFlight();
  }

  /** A handler is through with one of them. Any thread. */
  void answered() {
    if (gate.isPausedFor(ReadGate.IN_FLIGHT)) {
      VarHandle.fullFence(); // the gate was closed before the count was looked at once more
      if (!areTooMany()) {
        gate.unpauseLater(ReadGate.IN_FLIGHT);
      }
    }
  }

  private long deadline(Headers headers) {
    if (headers.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long ms = headers.getLong("deadline-ms").orElse(-1);
    return ms < 0
        ? Long.MAX_VALUE
        : context.clock().getAsLong() + TimeUnit.MILLISECONDS.toNanos(Math.min(ms, LONGEST_MS));
  }

  private long expire(long now) {
    long[] earliest = {Long.MAX_VALUE};
    session
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

  /** None is out of time any more. */
  void close() {
    deadlines.close();
  }
}
