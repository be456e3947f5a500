package io.wirelace.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether a session's messages go on to its handlers, and whether it reads. Each reason why
 * messages wait is a bit; they go on when the last one is gone.
 *
 * <pre>
 *   OPEN      no reason                  reads, messages go on
 *   BRIEF     mailbox full, or no room   does not read: a fast peer causes that often, and it is
 *                                        over before anything could be read
 *   HOLDING   for 10 ms, or max-in-flight handlers are busy, or this side waits for answers:
 *                                        reads, acts on control frames, holds messages
 *   FULL      as much is held as may be  does not read, but for a look at each heartbeat; where
 *                                        max-in-flight is why and this side waits for answers,
 *                                        reads on and refuses requests
 * </pre>
 *
 * <p>A notification needs neither a place among the requests nor room for an answer: where only
 * those are missing it waits behind requests alone, so as not to overtake them. Or two sides that
 * send each other more than their queues hold would wait for each other's room.
 *
 * <p>Not reading stops the decoder between two frames and the channel before its next read, so the
 * peer's window closes and its senders wait: back-pressure.
 *
 * <p>Event loop, but for {@link #isPausedFor} and {@link #unpauseLater}.
 */
final class ReadGate {
  /** The handlers' mailbox is full. */
  static final int MAILBOX = 1;

  /** As many requests as may be are with handlers, and the next message is another. */
  static final int IN_FLIGHT = 2;

  /** So many errors have passed the bound of the outbound queue that no more may. */
  static final int ROOM = 4;

  /** A message is being inflated that nothing may overtake. */
  static final int INFLATING = 8;

  /** All sessions together hold as much as may be. */
  static final int MEMORY = 16;

  /** What requests alone wait for, and what is behind them. */
  private static final int OF_REQUESTS = IN_FLIGHT | ROOM;

  /** Reads while stopped, so that a peer's end or silence is noticed; bounds what they bring. */
  private static final int MOST_LOOKS = 16;

  private final Session session;
  private final Decoders decoders;
  private final ChannelHandlerContext ctx;
  private final SessionHandler handler;
  private final Held held;
  private @Nullable Intake intake;
  private @Nullable Congestion congestion;

  /** Written on the loop only. */
  private volatile int reasons;

  /** Reasons that have gone, and that the loop has not looked at yet. */
  private final AtomicInteger gone = new AtomicInteger();

  // Event loop only.
  private boolean readsOn;
  private boolean stopped;
  private boolean forGood;
  private int looks;

  /** A gate that is open. */
  ReadGate(Session session, Decoders decoders, ChannelHandlerContext ctx, SessionHandler handler) {
    this.session = session;
    this.decoders = decoders;
    this.ctx = ctx;
    this.handler = handler;
    this.held =
        new Held(
            session.context().settings().mailboxBytes(),
            session.context().settings().mailboxMessages());
  }

  /** Where messages go, and who watches while they do not. */
  void attach(Intake in, Congestion watcher) {
    intake = in;
    congestion = watcher;
  }

  Held held() {
    return held;
  }

  /** Whether messages wait. */
  boolean isPaused() {
    return reasons != 0;
  }

  boolean isPausedFor(int reason) {
    return (reasons & reason) != 0;
  }

  /** Whether a notification waits that no message is before. */
  boolean holdsNotifications() {
    return (reasons & ~OF_REQUESTS) != 0;
  }

  /** Whether nothing goes on any more. */
  boolean isForGood() {
    return forGood;
  }

  /** Whether nothing is read. */
  boolean isStopped() {
    return stopped;
  }

  void pause(int reason) {
    if (forGood) {
      return;
    }
    boolean first = reasons == 0;
    reasons |= reason;
    if (first && congestion != null) {
      readsOn = session.pendingRequests() > 0; // their answers come on the same way
      congestion.began();
    }
    if (reason == MAILBOX && congestion != null) {
      congestion.mailboxFull();
    }
    settle();
  }

  /** It lasts: reads on, and holds what comes. */
  void readOn() {
    if (isPaused()) {
      readsOn = true;
      settleReading();
    }
  }

  /** Stops reading if it should, within a read or not; does not start it. */
  void settle() {
    if (!stopped && !forGood && !shouldRead()) {
      stopped = true;
      looks = 0;
      decoders.pause();
      ctx.channel().config().setAutoRead(false);
    }
  }

  private boolean shouldRead() {
    if (isPausedFor(MEMORY)) {
      return false;
    }
    if (held.isFull()) {
      // Requests that come now are refused; anything else can only wait where it is.
      return intake != null && intake.refusesRequests() && !held.isOverfull();
    }
    return (readsOn || !held.isEmpty() || (reasons & ~IN_FLIGHT) == 0);
  }

  /** Posted even from the loop itself, so that the decoder is never entered twice. */
  void unpauseLater(int reason) {
    if (gone.getAndUpdate(before -> before | reason) != 0) {
      return; // the task is on its way
    }
    // If the loop has ended, the channel has as well: there is nothing left to read.
    boolean unused = handler.loop().execute(this::unpause);
  }

  private void unpause() {
    int over = gone.getAndSet(0);
    if (!isPausedFor(over) || forGood) {
      return;
    }
    reasons &= ~over;
    goOn();
    handler.checkWhetherDrained();
  }

  /** Hands on what may go on of what is held, and reads if it should; not within a read. */
  void goOn() {
    try {
      if (!forGood && !holdsNotifications()) {
        Objects.requireNonNull(intake).handOnHeld();
      }
    } catch (Throwable e) {
      handler.onBroken(e); // the stream is out of step
      return;
    }
    settleReading();
  }

  /** Starts to read if it should; not within a read. */
  private void settleReading() {
    if (!isPaused()) {
      readsOn = false;
    }
    if (!stopped || forGood || !shouldRead() || !hasMuchRoomToHold()) {
      return;
    }
    stopped = false;
    try {
      decoders.resume(ctx);
      handler.resumed();
    } catch (Throwable e) {
      handler.onBroken(e);
      return;
    }
    if (!stopped) {
      readAgain();
    }
  }

  private boolean hasMuchRoomToHold() {
    return held.isEmpty() || held.isHalfEmpty() || (intake != null && intake.refusesRequests());
  }

  /**
   * Reads once although nothing is read now, to hear of the peer's end and of its being alive.
   *
   * @return false if that was done as often as may be: then so much came that it tells nothing
   */
  boolean look() {
    if (!stopped) {
      return true;
    }
    if (looks == MOST_LOOKS) {
      return false;
    }
    looks++;
    ctx.read();
    return true;
  }

  /** Hands on nothing more, and reads on whatever the reasons: only to hear the peer's end. */
  void openForGood() {
    forGood = true;
    if (intake != null) {
      intake.discard();
    }
    readAgain();
  }

  /** Not on a closed channel; after the peer's end, for those below who still hold what it sent. */
  private void readAgain() {
    Channel channel = ctx.channel();
    if (channel.isActive()) {
      channel.config().setAutoRead(true);
    }
  }
}
