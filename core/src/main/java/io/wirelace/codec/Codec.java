package io.wirelace.codec;

import java.nio.charset.StandardCharsets;

/**
 * Turns bodies into objects and back.
 *
 * @param <T> the objects
 */
public interface Codec<T> {
  /** What the bytes are called, for errors: {@code text}, {@code JSON}. */
  String name();

  /** The bytes of an object. */
  byte[] encode(T value);

  /**
   * The object of bytes.
   *
   * @throws RuntimeException if they are none; the sender is then answered -648
   */
  T decode(byte[] body);

  /** Bytes as they are. */
  static Codec<byte[]> bytes() {
    return new SimpleCodec<>("bytes", value -> value, body -> body);
  }

  /** UTF-8 text; malformed input is refused. */
  static Codec<String> text() {
    return new SimpleCodec<>(
        "text", value -> value.getBytes(StandardCharsets.UTF_8), SimpleCodec::strictText);
  }

  /** JSON of a record or class; needs {@code tools.jackson.core:jackson-databind}. */
  static <T> Codec<T> json(Class<T> type) {
    return JacksonCodecs.json(type);
  }

  /** CBOR of a record or class; needs {@code tools.jackson.dataformat:jackson-dataformat-cbor}. */
  static <T> Codec<T> cbor(Class<T> type) {
    return JacksonCodecs.cbor(type);
  }
}
