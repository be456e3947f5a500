package io.wirelace.config;

import java.time.Duration;

/**
 * Durations as numbers. One that is longer than any clock needs, such as {@code
 * Duration.ofMillis(Long.MAX_VALUE)}, becomes the longest that can still be added to a point in
 * time and multiplied by a small number.
 */
public final class Times {
  /** 36 years. */
  private static final Duration LONGEST = Duration.ofNanos(1L << 60);

  private Times() {}

  /** In nanoseconds, at most 36 years of them. */
  public static long ns(Duration time) {
    return within(time).toNanos();
  }

  /** In milliseconds, at most 36 years of them. */
  public static long ms(Duration time) {
    return within(time).toMillis();
  }

  private static Duration within(Duration time) {
    if (time.compareTo(LONGEST) > 0) {
      return LONGEST;
    }
    Duration least = LONGEST.negated();
    return time.compareTo(least) < 0 ? least : time;
  }
}
