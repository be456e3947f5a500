package io.wirelace.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;

class Lz4BlockTest {
  private static byte[] body(Random random) {
    byte[] body = new byte[random.nextInt(70_000)];
    if (random.nextBoolean()) {
      random.nextBytes(body);
    }
    int from = random.nextInt(body.length + 1);
    Arrays.fill(body, from, from + random.nextInt(body.length - from + 1), (byte) 7);
    return body;
  }

  @Test
  void theLengthIsThatOfTheBody() throws MalformedFrameException {
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      byte[] body = body(random);
      byte[] block = LZ4Factory.safeInstance().fastCompressor().compress(body);
      assertThat(Lz4Block.inflatedBytes(block, 0, block.length)).isEqualTo(body.length);
    }
  }

  @Test
  void aBlockThatEndsWithinASequenceIsDamaged() {
    for (byte[] block : new byte[][] {{}, {(byte) 0x50, 1}, {(byte) 0xF0}, {0x10, 1, 2}}) {
      assertThatThrownBy(() -> Lz4Block.inflatedBytes(block, 0, block.length))
          .isInstanceOf(MalformedFrameException.class);
    }
  }
}
