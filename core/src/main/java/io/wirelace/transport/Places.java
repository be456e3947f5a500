package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The places for connections of one listener that are not ready yet. Every source has a fair share:
 * when all places are taken, a new connection gets that of the oldest one of the source that has
 * the most. So one source, however many connections it opens, only pushes out its own.
 *
 * <p>A source is an IPv4 address, or the /64 of an IPv6 address, which is what one subscriber has;
 * all local processes together are one. Any thread.
 */
public final class Places {
  private static final int NETWORK_BYTES = 8; // a /64

  private final int most;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Map<Object, Source> sources = new HashMap<>();

  /** The sources that have so many places; in each the one first that came there first. */
  private final List<SequencedSet<Source>> bySize = new ArrayList<>();

  private int taken;
  private int largest;

  /** So many places. */
  public Places(int most) {
    this.most = most;
    bySize.add(new LinkedHashSet<>());
  }

  /** The connections of one source, the oldest first. */
  private static final class Source {
    private final Object key;
    private final SequencedSet<Place> places = new LinkedHashSet<>();

    Source(Object key) {
      this.key = key;
    }
  }

  /** One connection's, until it leaves, is pushed out or is closed. */
  public final class Place implements ChannelFutureListener {
    private final Source source;
    private final EventLoop loop;
    private final Runnable onPushedOut;

    private Place(Source source, EventLoop loop, Runnable onPushedOut) {
      this.source = source;
      this.loop = loop;
      this.onPushedOut = onPushedOut;
    }

    /** The connection is ready. */
    public void leave(Channel channel) {
      channel.closeFuture().removeListener(this); // it may live for long
      free(this);
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
      free(this);
    }

    private void pushOut() {
      if (!loop.isShuttingDown()) {
        loop.execute(onPushedOut);
      }
    }
  }

  /**
   * Takes a place for a connection; another one may have to go for it.
   *
   * @param onPushedOut the connection has to go: ends it; on its event loop
   */
  public Place enter(Channel channel, SocketAddress peer, Runnable onPushedOut) {
    Object key = sourceOf(peer);
    Place place;
    Place victim = null;
    lock.lock();
    try {
      if (taken >= most) {
        victim = bySize.get(largest).getFirst().places.getFirst();
        remove(victim);
      }
      Source source = sources.computeIfAbsent(key, Source::new);
      place = new Place(source, channel.eventLoop(), onPushedOut);
      add(place);
    } finally {
      lock.unlock();
    }
    channel.closeFuture().addListener(place);
    if (victim != null) {
      victim.pushOut();
    }
    return place;
  }

  private void free(Place place) {
    lock.lock();
    try {
      remove(place);
    } finally {
      lock.unlock();
    }
  }

  // ---- under the lock ----

  private void add(Place place) {
    Source source = place.source;
    int before = source.places.size();
    source.places.add(place);
    move(source, before, before + 1);
    taken++;
  }

  private void remove(Place place) {
    Source source = place.source;
    int before = source.places.size();
    if (source.places.remove(place)) {
      move(source, before, before - 1);
      taken--;
    }
  }

  private void move(Source source, int from, int to) {
    bySize.get(from).remove(source);
    if (to == bySize.size()) {
      bySize.add(new LinkedHashSet<>());
    }
    if (to == 0) {
      sources.remove(source.key);
    } else {
      bySize.get(to).add(source);
    }
    if (to > largest) {
      largest = to;
    } else if (from == largest && bySize.get(from).isEmpty()) {
      largest = to; // no other has more than this one has now
    }
  }

  // ---- whose ----

  /** What stands for everything that comes from where that peer is. */
  static Object sourceOf(SocketAddress peer) {
    InetAddress address = peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    if (address == null) {
      return "local";
    }
    return address instanceof Inet6Address
        ? ByteBuffer.wrap(address.getAddress(), 0, NETWORK_BYTES)
        : address;
  }

  /** How many are taken. */
  public int taken() {
    lock.lock();
    try {
      return taken;
    } finally {
      lock.unlock();
    }
  }
}
