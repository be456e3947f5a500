package io.wirelace.tests.fuzz;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** All lanes of a round by their ids, which every message has. Any thread. */
final class Lanes {
  /** A lane and whose it is. */
  record Entry(Lane lane, Direction direction) {}

  private final Findings findings;
  private final AtomicInteger ids = new AtomicInteger();
  private final ConcurrentHashMap<Integer, Entry> byId = new ConcurrentHashMap<>();

  Lanes(Findings findings) {
    this.findings = findings;
  }

  Lane add(Direction direction, Way way, String sender) {
    Lane lane = new Lane(ids.incrementAndGet(), way, sender, findings);
    byId.put(lane.id(), new Entry(lane, direction));
    return lane;
  }

  @Nullable Entry find(int id) {
    return byId.get(id);
  }
}
