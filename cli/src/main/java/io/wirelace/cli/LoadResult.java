package io.wirelace.cli;

import java.util.Locale;

/**
 * What came of a load.
 *
 * @param seconds how long it took, until the last message had arrived
 * @param messages how many arrived
 * @param latencies their times
 * @param errors how many failed
 * @param lost how many were sent, did not fail, and did not arrive
 */
record LoadResult(
    LoadPlan plan, double seconds, long messages, Latencies latencies, long errors, long lost) {
  private static final double BYTES_PER_MB = 1e6;

  double rate() {
    return messages / seconds;
  }

  double megabytesPerSecond() {
    return rate() * plan.size() / BYTES_PER_MB;
  }

  boolean isClean() {
    return errors == 0 && lost == 0 && messages > 0;
  }

  JsonLine asJson() {
    return new JsonLine()
        .put("mode", plan.mode().name().toLowerCase(Locale.ROOT))
        .put("transport", plan.transport())
        .put("size", plan.size())
        .put("depth", plan.depth())
        .put("connections", plan.connections())
        .put("seconds", seconds)
        .put("messages", messages)
        .put("rate", rate())
        .put("mb_per_s", megabytesPerSecond())
        .put("p50_us", latencies.microseconds(50))
        .put("p99_us", latencies.microseconds(99))
        .put("p999_us", latencies.microseconds(99.9))
        .put("max_us", latencies.microseconds(100))
        .put("errors", errors)
        .put("lost", lost);
  }

  /** For people. */
  String asText() {
    return String.format(
        Locale.ROOT,
        "%s over %s, %,d bytes, depth %d, connections %d%n"
            + "  %,d messages in %.2f s: %,.0f a second, %,.1f MB/s%n"
            + "  %s: p50 %,.1f us, p99 %,.1f us, p99.9 %,.1f us, max %,.1f us%n"
            + "  errors %d, lost %d",
        plan.mode().name().toLowerCase(Locale.ROOT),
        plan.transport(),
        plan.size(),
        plan.depth(),
        plan.connections(),
        messages,
        seconds,
        rate(),
        megabytesPerSecond(),
        latencies.what(),
        latencies.microseconds(50),
        latencies.microseconds(99),
        latencies.microseconds(99.9),
        latencies.microseconds(100),
        errors,
        lost);
  }
}
