package io.wirelace.http.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskingTest {
  @Test
  void everyLengthAndDistanceAgreesWithMaskingByteByByte() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      int to = random.nextInt(20);
      int from = to + random.nextInt(20);
      int length = random.nextInt(70);
      int key = random.nextInt();
      byte[] before = new byte[from + length + 8];
      random.nextBytes(before);
      byte[] expected = before.clone();
      for (int i = 0; i < length; i++) {
        expected[to + i] = (byte) (before[from + i] ^ (key >>> (24 - 8 * (i & 3))));
      }
      ByteBuf buffer =
          PooledByteBufAllocator.DEFAULT.directBuffer(before.length).writeBytes(before);
      try {
        Masking.move(buffer, from, to, length, key);
        byte[] moved = ByteBufUtil.getBytes(buffer);
        // What lies behind the target, where the source was, is nobody's.
        assertThat(java.util.Arrays.equals(moved, 0, to + length, expected, 0, to + length))
            .as("seed %d round %d", seed, round)
            .isTrue();
        assertThat(
                java.util.Arrays.equals(
                    moved, from + length, moved.length, before, from + length, moved.length))
            .isTrue();
      } finally {
        buffer.release();
      }
    }
  }

  @Test
  void aBufferOfSeveralPartsIsMaskedTheSame() {
    ByteBuf buffer =
        Unpooled.wrappedBuffer(new byte[] {1, 2, 3}, new byte[] {4, 5, 6, 7, 8, 9, 10});
    Masking.apply(buffer, 0, 10, 0x01020304);
    assertThat(ByteBufUtil.hexDump(buffer)).isEqualTo("00000000" + "0404040c" + "0808");
  }

  @Test
  void theKeyTurnsWithTheBytesThatHavePassed() {
    assertThat(Masking.after(0x01020304, 1)).isEqualTo(0x02030401);
    assertThat(Masking.after(0x01020304, 7)).isEqualTo(0x04010203);
    assertThat(Masking.after(0x01020304, 8)).isEqualTo(0x01020304);
  }

  @Test
  void keysDiffer() {
    assertThat(IntStream.range(0, 1000).map(i -> Masking.key()).distinct().count())
        .isGreaterThan(990);
  }
}
