package io.wirelace.wire;

/**
 * The payload of HELLO and WELCOME (wire specification, section 2).
 *
 * @param version the protocol version
 * @param headers client, features, limits and so on
 */
public record Greeting(int version, Headers headers) {
  /** The version that this code speaks. */
  public static final int VERSION = 1;
}
