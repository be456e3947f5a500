package io.wirelace.codec;

import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/** Keeps the names of Jackson out of classes that load without it. */
final class JacksonCodecs {
  private JacksonCodecs() {}

  static <T> Codec<T> json(Class<T> type) {
    return of("JSON", JsonMapper.shared(), type);
  }

  static <T> Codec<T> cbor(Class<T> type) {
    return of("CBOR", Cbor.mapper(), type);
  }

  /** A class of its own again: JSON works where the CBOR library is missing. */
  private static final class Cbor {
    static ObjectMapper mapper() {
      return CBORMapper.shared();
    }
  }

  private static <T> Codec<T> of(String name, ObjectMapper mapper, Class<T> type) {
    return new SimpleCodec<>(name, mapper::writeValueAsBytes, body -> mapper.readValue(body, type));
  }
}
