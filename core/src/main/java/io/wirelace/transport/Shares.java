package io.wirelace.transport;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Shares out a bounded number of places for peers among the sources that they come from. One source
 * may have a part of them at most. When all are taken, a newcomer gets the place of a peer that has
 * not said anything for a second: the oldest such one of the source that has the most. Peers that
 * have spoken are never pushed out. A source is what it is for {@link Places}.
 *
 * <p>Keeps nothing for a single peer before half of the places are taken. Any thread.
 */
public final class Shares<T> {
  private static final long SILENT_NS = TimeUnit.SECONDS.toNanos(1);

  /** Which source has the most is looked for so often at most; there may be very many. */
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final int most;
  private final int mostOfOne;
  private final boolean boundsLoopback;
  private final Predicate<T> isSilent;
  private final LongSupplier clockNs;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Map<Object, Source<T>> sources = new HashMap<>();
  private final Set<T> pushedOut = new HashSet<>();
  private int taken;
  private @Nullable Source<T> largest;
  private long lookedNs;

  /** The peers of one source. */
  private static final class Source<T> {
    private int count;

    /** Those that came when places were getting scarce, with the time; the oldest first. */
    private final Map<T, Long> newcomers = new LinkedHashMap<>();
  }

  /** Why a newcomer has no place. */
  public enum Refusal {
    /** All are taken. */
    FULL,
    /** Its source has its share. */
    SHARE
  }

  /**
   * What becomes of a newcomer.
   *
   * @param refusal why it has no place; null if it has one
   * @param pushedOut whose place it has got, and who has to go therefore; null if nobody's
   */
  public record Outcome<T>(@Nullable Refusal refusal, @Nullable T pushedOut) {}

  /**
   * So many places.
   *
   * @param mostOfOne so many of them for one source at most; 0 for all but an eighth, or all where
   *     it is on this machine, as a proxy may be
   * @param isSilent whether a peer has not said anything yet; any thread
   */
  public Shares(int most, int mostOfOne, Predicate<T> isSilent, LongSupplier clockNs) {
    this.most = most;
    this.mostOfOne = mostOfOne > 0 ? mostOfOne : most - most / 8;
    this.boundsLoopback = mostOfOne > 0;
    this.isSilent = isSilent;
    this.clockNs = clockNs;
    this.lookedNs = clockNs.getAsLong() - LOOK_NS;
  }

  /** How many places there are. */
  public int most() {
    return most;
  }

  /** How many of them one source may have. */
  public int mostOfOne() {
    return mostOfOne;
  }

  /** Takes a place for a peer, if there is one. */
  public Outcome<T> enter(T peer, SocketAddress from) {
    long nowNs = clockNs.getAsLong();
    lock.lock();
    try {
      Source<T> source = sources.computeIfAbsent(Places.sourceOf(from), key -> new Source<>());
      T victim = null;
      if (source.count >= mostOfOne && isBounded(from)) {
        victim = pushOut(source, nowNs);
        if (victim == null) {
          return new Outcome<>(Refusal.SHARE, null);
        }
      } else if (taken >= most) {
        victim = pushOut(largest(nowNs), nowNs);
        if (victim == null) {
          forgetIfEmpty(from, source);
          return new Outcome<>(Refusal.FULL, null);
        }
      }
      source.count++;
      taken++;
      if (taken > most / 2) {
        source.newcomers.put(peer, nowNs);
      }
      return new Outcome<>(null, victim);
    } finally {
      lock.unlock();
    }
  }

  /** A peer that had a place is gone. */
  public void leave(T peer, SocketAddress from) {
    lock.lock();
    try {
      Source<T> source = sources.get(Places.sourceOf(from));
      if (source == null) {
        return;
      }
      if (!pushedOut.remove(peer)) {
        source.newcomers.remove(peer);
        source.count--;
        taken--;
      }
      forgetIfEmpty(from, source);
    } finally {
      lock.unlock();
    }
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

  /** How many sources are remembered. */
  int sources() {
    lock.lock();
    try {
      return sources.size();
    } finally {
      lock.unlock();
    }
  }

  // ---- under the lock ----

  private boolean isBounded(SocketAddress from) {
    return from instanceof InetSocketAddress inet
        && (boundsLoopback || inet.isUnresolved() || !inet.getAddress().isLoopbackAddress());
  }

  private void forgetIfEmpty(SocketAddress from, Source<T> source) {
    if (source.count == 0) {
      sources.remove(Places.sourceOf(from));
    }
  }

  /** Of those that have a peer that may be pushed out. */
  private Source<T> largest(long nowNs) {
    Source<T> found = largest;
    if (found == null || nowNs - lookedNs >= LOOK_NS) {
      lookedNs = nowNs;
      found = new Source<>();
      for (Source<T> source : sources.values()) {
        if (source.count > found.count && !source.newcomers.isEmpty()) {
          found = source;
        }
      }
      largest = found;
    }
    return found;
  }

  /** The oldest of a source that is silent; those before it have spoken, and stay for good. */
  private @Nullable T pushOut(Source<T> source, long nowNs) {
    Iterator<Map.Entry<T, Long>> oldest = source.newcomers.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<T, Long> one = oldest.next();
      T peer = one.getKey();
      if (isSilent.test(peer)) {
        if (nowNs - one.getValue() < SILENT_NS) {
          return null; // it may be about to say something, and all others are younger
        }
        oldest.remove();
        pushedOut.add(peer);
        source.count--;
        taken--;
        return peer;
      }
      oldest.remove();
    }
    return null;
  }
}
