package io.wirelace.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.RejectedExecutionException;

/**
 * Whether a session reads. Each reason to pause is a bit; reading goes on when the last one is
 * gone. Pausing stops the decoder between two frames and the channel before its next read, so the
 * peer's window closes and its senders wait: back-pressure.
 *
 * <p>Event loop, but for {@link #isPaused} and {@link #unpauseLater}.
 */
final class ReadGate {
  /** The handlers' mailbox is full. */
  static final int MAILBOX = 1;

  /** As many requests as may be are unanswered. */
  static final int IN_FLIGHT = 2;

  /** The answers have no room in the outbound queue. */
  static final int ROOM = 4;

  /** A message is being inflated that nothing may overtake. */
  static final int INFLATING = 8;

  /** Those that are not for the peer to end: that it is silent meanwhile says nothing. */
  static final int OURS = MAILBOX | IN_FLIGHT | INFLATING;

  private final Decoders decoders;
  private final ChannelHandlerContext ctx;
  private final Runnable resumed;

  /** Written on the loop only. */
  private volatile int reasons;

  private boolean forGood;

  /**
   * A gate that is open.
   *
   * @param resumed run when reading goes on, after the frames that were kept
   */
  ReadGate(Decoders decoders, ChannelHandlerContext ctx, Runnable resumed) {
    this.decoders = decoders;
    this.ctx = ctx;
    this.resumed = resumed;
  }

  boolean isPaused() {
    return reasons != 0;
  }

  boolean isPausedFor(int reason) {
    return (reasons & reason) != 0;
  }

  void pause(int reason) {
    if (forGood) {
      return;
    }
    if (reasons == 0) {
      decoders.pause();
      ctx.channel().config().setAutoRead(false);
    }
    reasons |= reason;
  }

  /** Posted even from the loop itself, so that the decoder is never entered twice. */
  void unpauseLater(int reason) {
    try {
      ctx.executor().execute(() -> unpause(reason));
    } catch (RejectedExecutionException e) {
      // The loop has ended, and the channel with it: there is nothing left to read.
    }
  }

  private void unpause(int reason) {
    if (!isPausedFor(reason)) {
      return;
    }
    reasons &= ~reason;
    if (reasons != 0) {
      return;
    }
    try {
      decoders.resume(ctx);
      resumed.run();
    } catch (Throwable e) {
      ctx.fireExceptionCaught(e);
      ctx.close(); // the stream is out of step
      return;
    }
    if (reasons == 0) {
      readAgain();
    }
  }

  /** Reads on whatever the reasons: only to hear the peer's end. */
  void openForGood() {
    forGood = true;
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
