package io.wirelace.config;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Values from text. Each error names the setting, the value, and what was expected. */
public final class Values {
  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(-?\\d{1,15})\\s*([A-Za-zµ]*)");

  private static final Map<String, Long> BYTE_UNITS =
      Map.of(
          "",
          1L,
          "b",
          1L,
          "kb",
          1_000L,
          "mb",
          1_000_000L,
          "kib",
          1024L,
          "mib",
          1024L * 1024,
          "gib",
          1024L * 1024 * 1024);

  private static final Map<String, Long> NANOS_OF_UNIT =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "min", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private Values() {}

  /** True or false. */
  public static boolean bool(String name, String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true", "on", "yes" -> true;
      case "false", "off", "no" -> false;
      default -> throw invalid(name, value, "true or false");
    };
  }

  /** One of an enum's constants by its name, in letters of any case. */
  static Object oneOf(String name, String value, Object[] constants) {
    for (Object constant : constants) {
      if (constant.toString().equalsIgnoreCase(value.trim())) {
        return constant;
      }
    }
    String expected =
        Arrays.stream(constants)
            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw invalid(name, value, "one of " + expected);
  }

  /** A whole number within bounds. */
  public static long number(String name, String value, long least, long most) {
    String expected = least + " to " + most;
    try {
      return inRange(name, value, Long.parseLong(value.trim().replace("_", "")), least, most);
    } catch (NumberFormatException e) {
      throw invalid(name, value, "a number, " + expected);
    }
  }

  /** A size: {@code 65536}, {@code 64KiB}, {@code 1MiB}. */
  public static long bytes(String name, String value, long least, long most) {
    return inRange(name, value, scaled(name, value, BYTE_UNITS, "64KiB"), least, most);
  }

  /** A duration: {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}; {@code 0} without a unit. */
  public static Duration duration(String name, String value) {
    if (value.trim().equals("0")) {
      return Duration.ZERO;
    }
    return Duration.ofNanos(scaled(name, value, NANOS_OF_UNIT, "500ms, 5s or 2m"));
  }

  private static long scaled(
      String name, String value, Map<String, Long> units, String expectedForm) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(value.trim());
    Long scale = matcher.matches() ? units.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
    if (scale == null) {
      throw invalid(name, value, "a value such as " + expectedForm);
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), scale);
    } catch (ArithmeticException e) {
      throw invalid(name, value, "a smaller value");
    }
  }

  private static long inRange(String name, String given, long value, long least, long most) {
    if (value < least || value > most) {
      throw invalid(name, given, least + " to " + most);
    }
    return value;
  }

  /** The exception for a value that is not what was expected. */
  public static WirelaceException invalid(String name, Object value, String expected) {
    return new WirelaceException(
        ErrorCode.INVALID_CONFIG, name + ": " + value + " (expected " + expected + ")");
  }
}
