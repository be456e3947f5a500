package io.wirelace.session;

import java.util.Objects;

/**
 * A typed name for something that an application keeps with a session. Two keys of the same name
 * and type are the same key.
 *
 * @param name the name
 * @param type the value's type
 * @param <T> the value's type
 */
public record AttributeKey<T>(String name, Class<T> type) {
  /** Checks that nothing is missing. */
  public AttributeKey {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /** A key. */
  public static <T> AttributeKey<T> of(String name, Class<T> type) {
    return new AttributeKey<>(name, type);
  }
}
