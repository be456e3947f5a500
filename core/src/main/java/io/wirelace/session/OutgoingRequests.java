package io.wirelace.session;

import io.wirelace.config.Times;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.VirtualThreads;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests of this side that wait for answers: numbers them, bounds them, matches answers, and
 * ends those whose time is up. Any thread.
 */
final class OutgoingRequests {
  private final Session session;
  private final SessionContext context;
  private final PendingTable pending = new PendingTable();
  private final RoomGate room = new RoomGate();
  private @Nullable SpinWait spinWait; // made when first needed; threads that race lose one
  private final BooleanSupplier onLoop;
  private final int most;

  /** As many as the peer handles at once; more than that would wait there and not here. */
  private volatile int mostAtPeer = Integer.MAX_VALUE;

  private final Deadlines deadlines;

  OutgoingRequests(Session session, SessionContext context) {
    this.session = session;
    this.context = context;
    this.onLoop = session::isOnLoop;
    this.most = context.settings().maxInFlight();
    this.deadlines = new Deadlines(context.clock(), this::expire);
  }

  int size() {
    return pending.size();
  }

  /** The peer has said how many of them it handles at once. */
  void agree(int peersMaxInFlight) {
    mostAtPeer = peersMaxInFlight;
  }

  /** Requests and waits for the answer. */
  Message call(byte @Nullable [] route, Headers headers, byte[] body, Duration timeout) {
    if (Session.onEventLoop()) {
      throw new WirelaceException(
          ErrorCode.INVALID_ARGUMENT,
          "request() would block an event loop: use requestAsync, or a handler that is not inline");
    }
    AnswerFuture future = new AnswerFuture();
    PendingRequest call = start(route, headers, body, timeout, future, true);
    byte[] answer = await(call, future.of(call));
    return Message.of("", call.answerHeaders(), answer);
  }

  /** Requests; the answer comes with the future. */
  CompletableFuture<byte[]> startAsync(
      byte @Nullable [] route, Headers headers, byte[] body, Duration timeout) {
    AnswerFuture future = new AnswerFuture();
    try {
      return future.of(startAsync(route, headers, body, timeout, future));
    } catch (WirelaceException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Requests; the answer comes to the callback, unless this throws. */
  PendingRequest startAsync(
      byte @Nullable [] route,
      Headers headers,
      byte[] body,
      Duration timeout,
      AnswerCallback callback) {
    if (session.isOnLoop()) {
      VirtualThreads.leaveLoop(); // a handler may poll for the answer, which this loop brings
    }
    PendingRequest call = start(route, headers, body, timeout, callback, false);
    deadlines.add(call.deadlineNs(), session.loop());
    return call;
  }

  private PendingRequest start(
      byte @Nullable [] route,
      Headers headers,
      byte[] body,
      Duration timeout,
      AnswerCallback callback,
      boolean mayWait) {
    long deadline = session.nowNs() + Times.ns(timeout);
    awaitTurn(timeout, mayWait);
    if (mayWait) {
      session.sending().awaitRoom(deadline);
    } else {
      session.requireOpen();
    }
    PendingRequest call = new PendingRequest(this, callback, pending.nextId(), deadline, timeout);
    pending.put(call);
    try {
      requireWelcome(); // again: while we waited the peer may have said that it leaves
      boolean alone = mayWait && isAlone();
      if (!session.sending().write(FrameHeader.REQUEST, call.id(), route, headers, body, alone)) {
        throw session.closedException();
      }
    } catch (Throwable e) {
      if (remove(call)) {
        throw e;
      }
      return call; // the session has just ended, and has told the callback
    }
    if (session.state() == SessionState.CLOSED) {
      failAllOnLoop(); // it closed while we were at it
    }
    return call;
  }

  /** Whether no more than one is under way, the caller's. */
  private boolean isAlone() {
    return pending.size() <= 1;
  }

  /** Waits until fewer than max-in-flight are pending; threads that race pass it together. */
  private void awaitTurn(Duration timeout, boolean mayWait) {
    requireWelcome();
    int limit = mayWait ? Math.min(most, mostAtPeer) : most;
    if (pending.size() < limit) {
      return;
    }
    try {
      if (mayWait && room.await(() -> pending.size() < limit, Times.ns(timeout))) {
        return;
      }
    } catch (InterruptedException e) {
      throw interrupted();
    }
    throw new WirelaceException(
        ErrorCode.QUEUE_FULL, limit + " requests are in flight (max-in-flight)");
  }

  private void requireWelcome() {
    Fault refusal = session.refusal();
    if (refusal != null) {
      throw refusal.toException();
    }
  }

  private byte[] await(PendingRequest call, AnswerFuture future) {
    try {
      if (isAlone()) {
        spinWait().await(future);
      }
      long left = call.deadlineNs() - context.clock().getAsLong();
      return future.get(Math.max(0, left), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      awaitRead(call, future);
      call.expire();
      return outcome(future);
    } catch (InterruptedException e) {
      future.cancel(true);
      throw interrupted();
    } catch (ExecutionException e) {
      throw fault(e).toException();
    }
  }

  /**
   * Where this thread comes late the process stood still, and the answer may have come meanwhile.
   */
  private void awaitRead(PendingRequest call, AnswerFuture future) {
    if (context.clock().getAsLong() - call.deadlineNs() <= Deadlines.LATE_NS) {
      return;
    }
    try {
      byte[] unused = future.get(Deadlines.LOOK_NS, TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return; // its outcome is asked for next
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private SpinWait spinWait() {
    SpinWait wait = spinWait;
    if (wait == null) {
      wait = new SpinWait(context.settings().spinWait(), System::nanoTime);
      spinWait = wait;
    }
    return wait;
  }

  private static byte[] outcome(AnswerFuture future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      throw fault(e).toException();
    }
  }

  private static WirelaceException interrupted() {
    Thread.currentThread().interrupt();
    return new WirelaceException(ErrorCode.CANCELLED, "interrupted while waiting for the answer");
  }

  private static Fault fault(ExecutionException e) {
    Throwable cause = e.getCause();
    return Fault.from(cause == null ? e : cause, ErrorCode.INTERNAL_ERROR);
  }

  /** The request of an id, taken out; null if there is none. */
  @Nullable PendingRequest take(long id) {
    PendingRequest call = pending.get(id);
    return call != null && remove(call) ? call : null;
  }

  /** Tells the peer that nobody waits for an answer any more. */
  void tellCancelled(PendingRequest call) {
    session.sending().writeFrame(FrameHeader.CANCEL, call.id(), FrameEncoder.NO_BODY);
  }

  /** Forgets a request; false if it was answered or forgotten before. */
  boolean remove(PendingRequest call) {
    if (!pending.remove(call, onLoop)) {
      return false;
    }
    room.signal();
    return true;
  }

  private long expire(long now) {
    long[] earliest = {Long.MAX_VALUE};
    pending.forEach(call -> {
      if (call.deadlineNs() - now <= 0) {
        call.expire();
      } else {
        earliest[0] = Math.min(earliest[0], call.deadlineNs());
      }
    });
    return earliest[0];
  }

  private void failAllOnLoop() {
    Runnable task = () -> failAll(session.closeFault());
    try {
      session.loop().executor().execute(task);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      task.run(); // the loop is gone, or cannot take it, and nobody else tells them
    }
  }

  /** Tells the peer that nobody waits for any answer; the callers are told by {@link #failAll}. */
  void cancelAll() {
    pending.forEach(this::tellCancelled);
  }

  void failAll(Fault fault) {
    pending.forEach(call -> {
      if (remove(call)) {
        call.failed(fault);
      }
    });
  }

  /** No answer can come any more. */
  void close(Fault fault) {
    deadlines.close();
    failAll(fault);
  }
}
