package io.wirelace.session;

import io.wirelace.config.Times;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clock of a session whose messages have to wait: from when on it reads all the same, when a
 * full mailbox is told, and what is done where nobody would ever get on. Event loop only.
 */
final class Congestion {
  /** A fast peer fills the mailbox often, and its handlers have emptied it before this. */
  private static final long BRIEF_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /** A mailbox that is full for this long without a break has handlers that do not keep up. */
  private static final long BACKLOG_AFTER_NS = TimeUnit.MILLISECONDS.toNanos(200);

  /** Between two looks at whether anything moves. */
  private static final long STUCK_AFTER_NS = TimeUnit.SECONDS.toNanos(1);

  private final SessionHandler handler;
  private final Session session;
  private final ReadGate gate;
  private final Intake intake;
  private final SessionLoop loop;

  private @Nullable ScheduledFuture<?> timer;
  private long sinceNs;
  private long mailboxFullSinceNs;
  private boolean told;

  // Of the last look at whether anything moves.
  private long lookedNs;
  private long handedOn;
  private long queuedBytes;
  private boolean wasStopped;
  private long noRoomSinceNs;

  Congestion(
      SessionHandler handler, Session session, ReadGate gate, Intake intake, SessionLoop loop) {
    this.handler = handler;
    this.session = session;
    this.gate = gate;
    this.intake = intake;
    this.loop = loop;
  }

  /** Messages begin to wait. */
  void began() {
    sinceNs = nowNs();
    told = false;
    intake.mayGetOn();
    remember(sinceNs);
    noRoomSinceNs = sinceNs;
    schedule(BRIEF_NS);
  }

  /** The mailbox is full. A fast peer does that often; told is only what lasts. */
  void mailboxFull() {
    mailboxFullSinceNs = nowNs();
    told = false;
  }

  private void schedule(long delayNs) {
    if (timer == null) {
      timer = loop.schedule(this::check, delayNs);
    }
  }

  private void check() {
    timer = null;
    if (!gate.isPaused()) {
      return;
    }
    long now = nowNs();
    long left = BRIEF_NS - (now - sinceNs);
    if (left > 0) {
      schedule(left);
      return;
    }
    gate.readOn();
    left = STUCK_AFTER_NS;
    if (gate.isPausedFor(ReadGate.MAILBOX) && !told) {
      left = BACKLOG_AFTER_NS - (now - mailboxFullSinceNs);
      if (left <= 0) {
        told = true;
        handler.tellBacklog();
        left = STUCK_AFTER_NS;
      }
    }
    if (now - lookedNs >= STUCK_AFTER_NS) {
      lookWhetherStuck(now);
      gate.goOn(); // this side may have begun to wait for answers since reading stopped
    }
    schedule(left);
  }

  /**
   * Nothing is read and no message got on for a while. It may be the handlers' own slowness; but if
   * they wait for answers, or these for room, what would free them may be among the unread.
   */
  private void lookWhetherStuck(long now) {
    boolean noRoom = gate.isPausedFor(ReadGate.ROOM) || session.sending().hasLate();
    boolean peerReads = session.queuedBytes() != queuedBytes;
    if (!noRoom || peerReads) {
      noRoomSinceNs = now;
    } else if (now - noRoomSinceNs >= Times.ns(session.context().settings().sendTimeout())) {
      session.close(CloseReason.policy(ErrorCode.QUEUE_FULL, "the peer does not take its answers"));
      return;
    }
    if (gate.isStopped()
        && wasStopped
        && intake.handedOn() == handedOn
        && (noRoom ? !peerReads : intake.mayDependOnUnread())) {
      intake.refuseHeld();
      gate.goOn();
    }
    remember(now);
  }

  private void remember(long now) {
    lookedNs = now;
    handedOn = intake.handedOn();
    queuedBytes = session.queuedBytes();
    wasStopped = gate.isStopped();
  }

  void stop() {
    ScheduledFuture<?> running = timer;
    if (running != null) {
      timer = null;
      running.cancel(false);
    }
  }

  private long nowNs() {
    return session.context().clock().getAsLong();
  }
}
