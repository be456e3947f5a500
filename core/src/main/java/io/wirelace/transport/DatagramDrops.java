package io.wirelace.transport;

import io.netty.util.concurrent.EventExecutor;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the datagrams that one socket drops, a {@link Tally} for each kind. Event loop only. */
public final class DatagramDrops {
  private final String where;
  private final NetworkListener listener;
  private final Map<Drop, Tally> kinds = new EnumMap<>(Drop.class);
  private @Nullable EventExecutor executor;

  /** Of the socket of that endpoint. */
  public DatagramDrops(String where, NetworkListener listener) {
    this.where = where;
    this.listener = listener;
  }

  /** Counts on that loop. */
  public void start(EventExecutor loop) {
    executor = loop;
  }

  /** One more of that kind; of that peer, or in those words. */
  public void drop(Drop why, Object peer) {
    kinds.computeIfAbsent(why, this::tally).add(peer, executor);
  }

  private Tally tally(Drop why) {
    return new Tally(
        (count, last) -> listener.onEvent(new Event.DatagramsDropped(where, why, count, last)));
  }

  /** Tells what is left. */
  public void stop() {
    kinds.values().forEach(Tally::tellRest);
  }
}
