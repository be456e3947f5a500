package io.wirelace.quic;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionStats;
import java.util.concurrent.TimeUnit;

/**
 * Waits until a connection on which nothing more is written has nothing under way. QUIC sends again
 * what is not acknowledged, after a probe timeout that doubles each time (RFC 9002, section 6.2):
 * so once it has sent nothing for longer than twice the last pause, all has arrived. Event loop
 * only.
 */
final class Quiet {
  /** A peer's acknowledgement may take this long on top of the way there and back. */
  private static final long ACK_NS = TimeUnit.MILLISECONDS.toNanos(25);

  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

  /** However long that takes: a peer that is gone acknowledges nothing any more. */
  private static final long MOST_NS = TimeUnit.SECONDS.toNanos(4);

  private final QuicChannel channel;
  private final long startNs = System.nanoTime();
  private long sent = -1;
  private long lastSentNs = startNs;
  private long quietNs;

  /**
   * For a connection.
   *
   * @param rttNs the way there and back
   */
  Quiet(QuicChannel channel, long rttNs) {
    this.channel = channel;
    this.quietNs = 3 * (rttNs + ACK_NS);
  }

  /** Runs that on the event loop once all has arrived, or it is no use to wait longer. */
  void then(Runnable arrived) {
    long nowNs = System.nanoTime();
    QuicConnectionStats stats = channel.collectStats().getNow();
    if (!channel.isActive() || stats == null || nowNs - startNs >= MOST_NS) {
      arrived.run();
      return;
    }
    if (stats.sent() != sent) {
      sent = stats.sent();
      quietNs = Math.max(quietNs, 2 * (nowNs - lastSentNs) + ACK_NS);
      lastSentNs = nowNs;
    }
    if (nowNs - lastSentNs >= quietNs) {
      arrived.run();
    } else {
      channel.eventLoop().schedule(() -> then(arrived), LOOK_NS, TimeUnit.NANOSECONDS);
    }
  }
}
