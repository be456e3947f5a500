package io.wirelace.benchmarks.scale;

import java.io.IOException;

/**
 * One message to many, by {@code Server.broadcast}: alone, for the time until the last has it, and
 * one after the other, for the rate.
 *
 * @param subscribers how many
 * @param times how long
 */
record FanOutRun(int subscribers, Times times) {
  /** Deliveries under way at most, where a message alone is not more. */
  private static final int DELIVERIES_UNDER_WAY = 20_000;

  private static final long PAUSE_MS = 20;

  /** Messages under way at most. */
  static int window(int subscribers) {
    return Math.clamp(DELIVERIES_UNDER_WAY / subscribers, 2, Subscribers.SLOTS / 2);
  }

  Numbers run() throws IOException, InterruptedException {
    try (Rig rig = new Rig(subscribers, "15s")) {
      rig.open();
      publish(rig, times.warmUp(), window(subscribers), 0);
      Numbers numbers = new Numbers();
      numbers.putAll("flood_", publish(rig, times.measured(), window(subscribers), 0));
      numbers.putAll("single_", publish(rig, times.measured(), 1, PAUSE_MS));
      rig.requireSilence();
      return numbers;
    }
  }

  private Numbers publish(Rig rig, double seconds, int window, long pauseMs)
      throws IOException, InterruptedException {
    rig.clients("expect");
    Costs before = rig.costs();
    Numbers published = rig.server("publish " + seconds + " " + window + " " + pauseMs);
    Numbers used = rig.costs().since(before);
    Numbers heard = rig.clients("heard");
    double deliveries = heard.get("deliveries");
    if (deliveries != published.get("messages") * subscribers) {
      throw new IOException(
          "LOST: "
              + published.get("messages")
              + " messages to "
              + subscribers
              + ", the receivers counted "
              + deliveries);
    }
    return heard
        .putAll("", published)
        .put("rate", deliveries / published.get("seconds"))
        .putAll("", used)
        .put("server_ns", used.get("server_cores") * published.get("seconds") * 1e9 / deliveries);
  }
}
