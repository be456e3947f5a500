package io.wirelace.http.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8CheckTest {
  private static boolean isUtf8(byte[] bytes) {
    Utf8Check check = new Utf8Check();
    return check.accept(bytes, 0, bytes.length) && check.isComplete();
  }

  @Test
  void itAgreesWithTheStrictDecoder() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int[] leads = {0x41, 0x7F, 0x80, 0xBF, 0xC1, 0xC2, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF4, 0xF5};
    for (int round = 0; round < 200_000; round++) {
      byte[] bytes = new byte[1 + random.nextInt(5)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] =
            (byte)
                (random.nextBoolean() ? leads[random.nextInt(leads.length)] : random.nextInt(256));
      }
      assertThat(isUtf8(bytes))
          .as("seed %d: %s", seed, ByteBufUtil.hexDump(bytes))
          .isEqualTo(decodes(bytes));
    }
  }

  private static boolean decodes(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)) != null;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @Test
  void theFirstWrongByteIsNamedEvenInAnotherPiece() {
    Utf8Check check = new Utf8Check();
    byte[] first = {(byte) 0xCE, (byte) 0xBA, (byte) 0xF4};
    assertThat(check.accept(first, 0, 3)).isTrue();
    assertThat(check.isComplete()).isFalse();
    assertThat(check.accept(0x90)).isFalse(); // over U+10FFFF
  }
}
