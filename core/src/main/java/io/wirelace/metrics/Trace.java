package io.wirelace.metrics;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A failure in one line of a log: what was thrown, and the nearest places. Stateless. */
public final class Trace {
  private static final int MOST_PLACES = 12;

  private Trace() {}

  /** The exception, and where it was thrown. */
  public static String line(Throwable cause) {
    return Arrays.stream(cause.getStackTrace())
        .limit(MOST_PLACES)
        .map(Trace::place)
        .collect(Collectors.joining(" < ", cause + " at ", ""));
  }

  private static String place(StackTraceElement at) {
    String type = at.getClassName();
    return type.substring(type.lastIndexOf('.') + 1)
        + "."
        + at.getMethodName()
        + ":"
        + at.getLineNumber();
  }
}
