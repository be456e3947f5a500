package io.wirelace.session;

import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.wire.Headers;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Answers that wait for room. They wait here and not on their threads: one that completes the
 * futures of asynchronous handlers, a timer for instance, may serve every session; and if the
 * thread of an ordered handler waited, the messages behind would fill the mailbox, reading would
 * stop, and two sides that both have much to send would wait for each other.
 *
 * <p>At most {@code max-in-flight} answers wait, since each belongs to an unanswered request. If
 * the first of them finds no room within {@code send-timeout}, the session ends.
 *
 * <p>Any thread adds; the rest belongs to the event loop.
 */
final class LateAnswers {
  /** Nobody says when memory is free again. */
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private record Waiting(InboundRequest request, Headers headers, byte[] body, long sinceNs) {}

  private final Session session;
  private final Sending sending;
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytes = new AtomicLong();
  private boolean timed;

  /** None yet. */
  LateAnswers(Session session, Sending sending) {
    this.session = session;
    this.sending = sending;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Bytes of the bodies that wait. Any thread. */
  long bytes() {
    return bytes.get();
  }

  /** Keeps an answer until there is room. Any thread. */
  void add(InboundRequest request, Headers headers, byte[] body) {
    waiting.add(new Waiting(request, headers, body, session.context().clock().getAsLong()));
    bytes.addAndGet(body.length);
    session.memory().check();
    if (!session.loop().execute(this::sendWhatFits)) { // there may be room by now
      discard(); // the loop has ended, and the session with it
    }
  }

  /** There is room, perhaps. */
  void sendWhatFits() {
    if (session.state() == SessionState.CLOSED) {
      discard();
      return;
    }
    while (sending.hasRoom()) {
      Waiting next = poll();
      if (next == null) {
        sending.answersSent();
        return;
      }
      try {
        sending.answerNow(next.request.id(), next.headers, next.body);
      } finally {
        next.request.done();
      }
    }
    if (waiting.isEmpty()) {
      sending.answersSent();
    } else if (!timed) {
      sending.full();
      watch();
    }
  }

  private void watch() {
    Waiting first = waiting.peek();
    if (first == null) {
      return;
    }
    long timeoutNs = session.context().settings().sendTimeout().toNanos();
    long leftNs = first.sinceNs + timeoutNs - session.context().clock().getAsLong();
    if (leftNs <= 0) {
      session.close(CloseReason.policy(ErrorCode.QUEUE_FULL, "the peer does not take its answers"));
      return;
    }
    timed = true;
    var unused =
        session
            .loop()
            .schedule(
                () -> {
                  timed = false;
                  sendWhatFits();
                },
                Math.min(leftNs, LOOK_NS));
  }

  /** The session ends: the callers are told so in place of their answers. */
  void fail(Fault fault) {
    Waiting next;
    while ((next = poll()) != null) {
      countDropped(next);
      try {
        sending.fault(next.request.id(), fault);
      } finally {
        next.request.done();
      }
    }
    sending.answersSent();
  }

  /** The session has ended. */
  void discard() {
    Waiting next;
    while ((next = poll()) != null) {
      countDropped(next);
      next.request.done();
    }
  }

  private @Nullable Waiting poll() {
    Waiting next = waiting.poll();
    if (next != null) {
      bytes.addAndGet(-next.body.length);
    }
    return next;
  }

  private void countDropped(Waiting answer) {
    session.drop(Drop.SESSION_ENDED, 1, "answer to request " + answer.request.id());
  }
}
