package io.wirelace.session;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.wire.Headers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A request of this side that waits for the peer's answer. Completed on the event loop; cancelling
 * it tells the peer.
 */
final class PendingRequest extends CompletableFuture<byte[]> implements CallTable.Entry {
  private final OutgoingRequests requests;
  private final long id;
  private final long deadlineNs;
  private final Duration timeout;

  /** The answer's headers; set before completion. */
  private Headers answerHeaders = Headers.NONE;

  PendingRequest(OutgoingRequests requests, long id, long deadlineNs, Duration timeout) {
    this.requests = requests;
    this.id = id;
    this.deadlineNs = deadlineNs;
    this.timeout = timeout;
  }

  @Override
  public long id() {
    return id;
  }

  long deadlineNs() {
    return deadlineNs;
  }

  Headers answerHeaders() {
    return answerHeaders;
  }

  void answered(Headers headers, byte[] body) {
    answerHeaders = headers;
    complete(body);
  }

  void failed(Fault fault) {
    completeExceptionally(new WirelaceException(fault));
  }

  /** Its time is up: tells the peer to stop, and fails. */
  void expire() {
    if (requests.remove(this)) {
      failed(Fault.of(ErrorCode.REQUEST_TIMEOUT, "no answer within " + timeout.toMillis() + " ms"));
      requests.tellCancelled(this);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled && requests.remove(this)) {
      requests.tellCancelled(this);
    }
    return cancelled;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
