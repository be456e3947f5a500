package io.wirelace.metrics;

import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * The name of a session: 128 random bits as 32 hexadecimal digits. Ids, not connections, name
 * sessions everywhere: in events, in errors, in {@code disconnect}. They are distinct and cannot be
 * guessed as long as the generator is a {@link java.security.SecureRandom}, which is the default.
 *
 * @param value the 32 digits
 */
public record SessionId(String value) {
  /** Checks that there is a value. */
  public SessionId {
    Objects.requireNonNull(value, "value");
    if (value.isEmpty() || value.length() > 128) {
      throw new IllegalArgumentException(
          "session id of " + value.length() + " characters (expected 1 to 128)");
    }
  }

  /** A new id from 128 bits of the generator. */
  public static SessionId random(RandomGenerator random) {
    long high = random.nextLong();
    long low = random.nextLong();
    return new SessionId(hex(high) + hex(low));
  }

  private static String hex(long bits) {
    String digits = Long.toHexString(bits);
    return "0".repeat(16 - digits.length()) + digits;
  }

  @Override
  public String toString() {
    return value;
  }
}
