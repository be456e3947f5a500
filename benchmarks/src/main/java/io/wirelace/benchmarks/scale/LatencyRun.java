package io.wirelace.benchmarks.scale;

import java.io.IOException;

/**
 * Capacity by a closed loop, then latency by an open one at shares of it.
 *
 * @param connections how many
 * @param times how long
 * @param seed of the schedules
 */
record LatencyRun(int connections, Times times, long seed) {
  /** Requests in flight while capacity is looked for. */
  static final int DEPTH = 256;

  /** Per cent of capacity. */
  static final int[] LOADS = {10, 50, 80};

  Numbers run() throws IOException, InterruptedException {
    try (Rig rig = new Rig(connections, "15s")) {
      rig.open();
      rig.clients("closed " + DEPTH + " " + times.warmUp());
      Numbers closed = rig.clients("closed " + DEPTH + " " + times.measured());
      double capacity = closed.get("rate");
      Numbers numbers = new Numbers().putAll("capacity_", closed);
      // What an open loop does differently is compiled before it is timed.
      rig.clients("open-loop " + capacity / 2 + " " + times.warmUp() / 2 + " " + seed);
      for (int load : LOADS) {
        double rate = capacity * load / 100;
        Costs before = rig.costs();
        Numbers open =
            rig.clients("open-loop " + rate + " " + times.measured() + " " + (seed + load));
        numbers
            .putAll("at" + load + "_", open)
            .putAll("at" + load + "_", rig.costs().since(before))
            .put("at" + load + "_offered", rate);
      }
      rig.requireSilence();
      return numbers;
    }
  }
}
