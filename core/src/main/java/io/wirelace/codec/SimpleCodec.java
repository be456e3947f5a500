package io.wirelace.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** A codec of two functions. */
record SimpleCodec<T>(String name, Function<T, byte[]> encoder, Function<byte[], T> decoder)
    implements Codec<T> {
  @Override
  public byte[] encode(T value) {
    return encoder.apply(value);
  }

  @Override
  public T decode(byte[] body) {
    return decoder.apply(body);
  }

  static String strictText(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not UTF-8", e);
    }
  }
}
