package io.wirelace.transport.any;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the connections of one listener that have not shown yet what they are: they are not
 * sessions, so nobody else bounds them. Any thread; a {@link Place} belongs to its event loop.
 */
final class Undecided {
  private final int most;
  private final AtomicInteger now = new AtomicInteger();

  Undecided(int most) {
    this.most = most;
  }

  /** One connection's, until it leaves or is closed. */
  final class Place implements ChannelFutureListener {
    private final boolean over;
    private boolean left;

    private Place(boolean over) {
      this.over = over;
    }

    /** Whether it is one too many. */
    boolean isOver() {
      return over;
    }

    /** It has shown what it is. */
    void leave(Channel channel) {
      channel.closeFuture().removeListener(this);
      operationComplete(channel.closeFuture());
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
      if (!left) {
        left = true;
        now.decrementAndGet();
      }
    }
  }

  /** Takes a place for a connection. */
  Place enter(Channel channel) {
    Place place = new Place(now.incrementAndGet() > most);
    channel.closeFuture().addListener(place);
    return place;
  }
}
