package io.wirelace.benchmarks.scale;

import java.io.IOException;
import java.util.Locale;

/**
 * One thing that is measured at one size, with processes of its own.
 *
 * @param part which thing
 * @param size connections, subscribers, or seconds between heartbeats
 */
record Cell(Part part, int size) {
  /** What grows. */
  enum Part {
    /** Connections: opened, idle, busy. */
    CONNECTIONS("connections"),
    /** Idle connections whose heartbeats come more or less often; the size is the interval. */
    HEARTBEAT("heartbeat"),
    /** One message to many. */
    FAN_OUT("fan-out"),
    /** Latency at shares of capacity. */
    LATENCY("latency");

    private final String text;

    Part(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }

    static Part named(String name) {
      for (Part part : values()) {
        if (part.text.equals(name)) {
          return part;
        }
      }
      throw new IllegalArgumentException(
          "part: " + name + " (expected connections, heartbeat, fan-out or latency)");
    }
  }

  /** Reads {@code connections:1000}. */
  static Cell parse(String name) {
    int colon = name.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("cell: " + name + " (expected such as latency:100)");
    }
    int size = Integer.parseInt(name.substring(colon + 1));
    if (size < (name.startsWith("heartbeat") ? 0 : 1)) {
      throw new IllegalArgumentException("cell: " + name + " (too small)");
    }
    return new Cell(Part.named(name.substring(0, colon).toLowerCase(Locale.ROOT)), size);
  }

  String name() {
    return part.text() + ":" + size;
  }

  /** Runs it once. */
  Numbers run(Times times, long seed) throws IOException, InterruptedException {
    return switch (part) {
      case CONNECTIONS -> new ConnectionsRun(size, times, seed).run();
      case HEARTBEAT -> new ConnectionsRun(HEARTBEAT_CONNECTIONS, times, seed).idleAlone(size);
      case FAN_OUT -> new FanOutRun(size, times).run();
      case LATENCY -> new LatencyRun(size, times, seed).run();
    };
  }

  /** Connections in the cells about heartbeats. */
  static final int HEARTBEAT_CONNECTIONS = 10_000;
}
