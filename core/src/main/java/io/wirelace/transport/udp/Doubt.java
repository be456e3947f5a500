package io.wirelace.transport.udp;

import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Something says that the peer is gone, and anybody could have said it: before it is believed, the
 * peer is asked, four times within a second. Event loop only.
 */
final class Doubt {
  private static final int QUESTIONS = 4;
  private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(250);

  private @Nullable Runnable belief;
  private @Nullable ScheduledFuture<?> timer;

  /** Asks, unless it is being asked already; without an answer the peer is gone. */
  void begin(ChannelHandlerContext ctx, Runnable ask, Runnable gone) {
    if (belief == null) {
      belief = gone;
      ask(ctx, ask, QUESTIONS);
    }
  }

  private void ask(ChannelHandlerContext ctx, Runnable ask, int left) {
    Runnable gone = belief;
    if (gone == null || !ctx.channel().isActive()) {
      return;
    }
    if (left == 0) {
      belief = null;
      gone.run();
      return;
    }
    ask.run();
    timer = ctx.executor().schedule(() -> ask(ctx, ask, left - 1), WAIT_NS, TimeUnit.NANOSECONDS);
  }

  /** The peer has answered: it is there. Says whether there was a doubt. */
  boolean clear() {
    boolean was = belief != null;
    belief = null;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    return was;
  }
}
