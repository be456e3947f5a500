package io.wirelace.transport;

import io.wirelace.config.Values;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the options of an endpoint's query. A name that nobody asks for is an error, so that no
 * option is ignored: read all, then call {@link #done}.
 */
public final class EndpointOptions {
  private final Endpoint endpoint;
  private final Set<String> asked = new TreeSet<>();

  /** A reader of that endpoint's options. */
  public EndpointOptions(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** Whose options they are. */
  Endpoint endpoint() {
    return endpoint;
  }

  /** An option that is true or false. */
  public boolean flag(String name, boolean otherwise) {
    asked.add(name);
    return endpoint.option(name).map(v -> Values.bool(name, v)).orElse(otherwise);
  }

  /** A whole number within bounds. */
  public int number(String name, int otherwise, int least, int most) {
    asked.add(name);
    return endpoint
        .option(name)
        .map(v -> (int) Values.number(name, v, least, most))
        .orElse(otherwise);
  }

  /** A size in bytes, such as {@code 64KiB}, within bounds. */
  public int bytes(String name, int otherwise, int least, int most) {
    asked.add(name);
    return endpoint
        .option(name)
        .map(v -> (int) Values.bytes(name, v, least, most))
        .orElse(otherwise);
  }

  /** A duration of 0 or more, such as {@code 500ms}. */
  public Duration duration(String name, Duration otherwise) {
    asked.add(name);
    Duration value = endpoint.option(name).map(v -> Values.duration(name, v)).orElse(otherwise);
    if (value.isNegative()) {
      throw Values.invalid(name, value, "0 or more");
    }
    return value;
  }

  /** A text. */
  public String text(String name, String otherwise) {
    asked.add(name);
    return endpoint.option(name).orElse(otherwise);
  }

  /** An option as it is written, or null where it is not given. */
  public @Nullable String given(String name) {
    asked.add(name);
    return endpoint.option(name).orElse(null);
  }

  /**
   * Checks that every option was asked for.
   *
   * @throws WirelaceException {@link ErrorCode#INVALID_CONFIG} naming one that was not
   */
  public void done() {
    for (Map.Entry<String, String> option : endpoint.options().entrySet()) {
      if (!asked.contains(option.getKey())) {
        throw new WirelaceException(
            ErrorCode.INVALID_CONFIG,
            "option "
                + option.getKey()
                + " of "
                + endpoint.uri()
                + " is unknown (expected one of "
                + String.join(", ", asked)
                + ")");
      }
    }
  }
}
