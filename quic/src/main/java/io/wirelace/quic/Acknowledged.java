package io.wirelace.quic;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionStats;
import java.util.concurrent.TimeUnit;

/**
 * Waits until a peer has said something, which on a connection where much is under way is that it
 * has got some of it. Event loop only.
 */
final class Acknowledged {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(2);

  /** A peer that is gone says nothing; a close may take this much longer than it would. */
  private static final long MOST_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final QuicChannel channel;
  private final long startNs = System.nanoTime();
  private final long received;

  /** For a connection, from now on. */
  Acknowledged(QuicChannel channel) {
    this.channel = channel;
    this.received = received();
  }

  /** Runs that on the event loop once it has, or it is no use to wait longer. */
  void then(Runnable next) {
    EventLoop loop = channel.eventLoop();
    if (!channel.isActive()
        || loop.isShuttingDown()
        || received() != received
        || System.nanoTime() - startNs >= MOST_NS) {
      next.run();
    } else {
      loop.schedule(() -> then(next), LOOK_NS, TimeUnit.NANOSECONDS);
    }
  }

  private long received() {
    QuicConnectionStats stats = channel.collectStats().getNow();
    return stats == null ? -1 : stats.recv();
  }
}
