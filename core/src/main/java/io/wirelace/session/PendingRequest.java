package io.wirelace.session;

import io.wirelace.config.Times;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.LineThrottle;
import io.wirelace.metrics.Trace;
import io.wirelace.wire.Headers;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/**
 * A request of this side that waits for the peer's answer. Whoever takes it out of its table, and
 * nobody else, tells the callback. Any thread.
 */
final class PendingRequest {
  private static final LineThrottle FAILURES =
      new LineThrottle(LoggerFactory.getLogger(PendingRequest.class)::error);

  private final OutgoingRequests requests;
  private final AnswerCallback callback;
  private final long id;
  private final long deadlineNs;
  private final Duration timeout;

  /** The answer's headers; set before the callback is told. */
  private Headers answerHeaders = Headers.NONE;

  PendingRequest(
      OutgoingRequests requests,
      AnswerCallback callback,
      long id,
      long deadlineNs,
      Duration timeout) {
    this.requests = requests;
    this.callback = callback;
    this.id = id;
    this.deadlineNs = deadlineNs;
    this.timeout = timeout;
  }

  long id() {
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
    try {
      callback.onAnswer(body);
    } catch (Throwable e) {
      FAILURES.tell(
          () -> "the callback of request " + id + " failed at its answer: " + Trace.line(e));
    }
  }

  void failed(Fault fault) {
    try {
      callback.onFailure(fault);
    } catch (Throwable e) {
      FAILURES.tell(
          () -> "the callback of request " + id + " failed at " + fault + ": " + Trace.line(e));
    }
  }

  /** Its time is up: tells the peer to stop, and fails. */
  void expire() {
    if (requests.remove(this)) {
      failed(Fault.of(ErrorCode.REQUEST_TIMEOUT, "no answer within " + Times.ms(timeout) + " ms"));
      requests.tellCancelled(this);
    }
  }

  /** Nobody wants its answer any more: tells the peer to stop. The callback knows. */
  void cancel() {
    if (requests.remove(this)) {
      requests.tellCancelled(this);
    }
  }
}
