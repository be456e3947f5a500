package io.wirelace.tests.fuzz;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What a round found wrong. Any thread. */
final class Findings {
  /** One defect shows in many messages: so many of them are enough to see it. */
  private static final int MOST_KEPT = 20;

  private final Queue<String> kept = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  /** Adds a finding: what was seen, and what was expected. */
  void add(String what) {
    if (count.incrementAndGet() <= MOST_KEPT) {
      kept.add(what);
    }
  }

  /** How many there are, the ones that were not kept included. */
  int count() {
    return count.get();
  }

  /** The first of them. */
  List<String> kept() {
    return List.copyOf(kept);
  }
}
