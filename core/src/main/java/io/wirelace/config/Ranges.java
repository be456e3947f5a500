package io.wirelace.config;

import java.time.Duration;

/** The checks that settings records share. */
final class Ranges {
  private static final Duration LONGEST = Duration.ofDays(365);

  private Ranges() {}

  static void check(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw Values.invalid(name, value, least + " to " + most);
    }
  }

  static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
      throw Values.invalid(name, value, "more than 0, at most a year");
    }
  }

  static void notNegative(String name, Duration value) {
    if (value.isNegative() || value.compareTo(LONGEST) > 0) {
      throw Values.invalid(name, value, "0 for never, or at most a year");
    }
  }
}
