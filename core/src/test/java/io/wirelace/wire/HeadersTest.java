package io.wirelace.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadersTest {
  @Test
  void aKeyIsReplacedAndOrderKept() {
    Headers headers = Headers.NONE.with("a", "1").with("b", "2").with("a", "3");
    assertThat(headers.asMap().toString()).isEqualTo("{a=3, b=2}");
    assertThat(headers.size()).isEqualTo(2);
    assertThat(Headers.NONE.isEmpty()).isTrue();
  }

  @Test
  void keysAreLowerCaseAndNotEmpty() {
    for (String key : new String[] {"", "Key", "k".repeat(256), "ä".repeat(128)}) {
      assertThatThrownBy(() -> Headers.NONE.with(key, "v"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Headers.NONE.with("k", "v".repeat(65_536)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNumberThatIsNoneIsEmpty() {
    Headers headers = Headers.NONE.with("n", "12").with("t", "soon");
    assertThat(headers.getLong("n")).hasValue(12);
    assertThat(headers.getLong("t")).isEmpty();
    assertThat(headers.getLong("none")).isEmpty();
  }

  @Test
  void bodiesThatShrinkAreCompressedAndOthersAreLeftAlone() throws Exception {
    byte[] noise = new byte[100_000];
    new Random(3).nextBytes(noise);
    for (Compression algorithm : new Compression[] {Compression.LZ4, Compression.ZSTD}) {
      AdaptiveCompressor compressor = new AdaptiveCompressor(algorithm, 1000, System::nanoTime);
      assertThat(compressor.compress(new byte[511])).as("under 512").isNull();
      for (int size : new int[] {512, 8_192, 8_193, 1_000_000}) {
        byte[] small = compressor.compress(new byte[size]);
        assertThat(small).as("%s %d", algorithm, size).isNotNull();
        byte[] back =
            CompressedBody.of(java.nio.ByteBuffer.wrap(small), 0, small.length, WireLimits.DEFAULT)
                .inflate();
        assertThat(back).isEqualTo(new byte[size]);
      }
      assertThat(compressor.compress(noise)).as("noise").isNull();
      // After noise some are passed over, and then it is tried again.
      assertThat(compressor.compress(new byte[1000])).isNull();
      assertThat(compressor.compress(new byte[1000])).isNotNull();
    }
    assertThat(
            new AdaptiveCompressor(Compression.NONE, 1000, System::nanoTime)
                .compress(new byte[1000]))
        .isNull();
  }

  @Test
  void noMoreHeadersThanTheWireCanCount() {
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 65_534; i++) {
      many.put("h" + i, "");
    }
    assertThat(Headers.of(many).get("h65533")).hasValue("");
    assertThatThrownBy(() -> Headers.of(many).with("one-more", ""))
        .isInstanceOf(IllegalArgumentException.class);
    many.put("one-more", "");
    assertThatThrownBy(() -> Headers.of(many)).isInstanceOf(IllegalArgumentException.class);
  }
}
