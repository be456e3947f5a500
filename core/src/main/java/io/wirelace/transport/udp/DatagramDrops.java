package io.wirelace.transport.udp;

import io.netty.util.concurrent.EventExecutor;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts the datagrams that one socket drops, and tells of them at most once a second for each
 * kind, however many come: the first at once, the others of that second together at its end. Event
 * loop only.
 */
final class DatagramDrops {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  private final String where;
  private final NetworkListener listener;
  private final Map<Drop, Untold> untold = new EnumMap<>(Drop.class);
  private @Nullable EventExecutor executor;

  /** What came since it was last told of. */
  private static final class Untold {
    private long count;
    private String last = "";
    private boolean waiting;
  }

  DatagramDrops(String where, NetworkListener listener) {
    this.where = where;
    this.listener = listener;
  }

  void start(EventExecutor loop) {
    executor = loop;
  }

  void drop(Drop why, Object peer) {
    Untold kind = untold.computeIfAbsent(why, never -> new Untold());
    kind.count++;
    if (kind.waiting) {
      kind.last = ""; // not worth a text a datagram
      return;
    }
    kind.last = String.valueOf(peer);
    tell(why, kind);
    EventExecutor loop = executor;
    if (loop != null && !loop.isShuttingDown()) {
      kind.waiting = true;
      loop.schedule(() -> secondOver(why, kind), SECOND_NS, TimeUnit.NANOSECONDS);
    }
  }

  private void secondOver(Drop why, Untold kind) {
    kind.waiting = false;
    if (kind.count > 0) {
      tell(why, kind);
    }
  }

  private void tell(Drop why, Untold kind) {
    long count = kind.count;
    kind.count = 0;
    listener.onEvent(new Event.DatagramsDropped(where, why, count, kind.last));
  }

  /** Tells what is left. */
  void stop() {
    untold.forEach((why, kind) -> {
      if (kind.count > 0) {
        tell(why, kind);
      }
    });
  }
}
