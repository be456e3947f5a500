package io.wirelace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The text of an ERROR or GOAWAY, as long as a frame may be. */
class FaultBytesTest {
  private static String read(String text) throws MalformedFrameException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] payload = ByteBuffer.allocate(9 + bytes.length).putInt(-605).put(9, bytes).array();
    Frame frame = new Frame();
    frame.moveTo(ByteBuffer.wrap(FrameEncoder.frame(FrameHeader.ERROR, 0, payload)), 0);
    return frame.fault().message();
  }

  @Test
  void ofATextOfSixteenMebibytesOneKibibyteIsRead() throws Exception {
    assertThat(read("x".repeat(FrameHeader.MAX_LENGTH - 100))).isEqualTo("x".repeat(1024));
  }

  @Test
  void itIsCutBetweenCharacters() throws Exception {
    assertThat(read("x" + "é".repeat(1000))).isEqualTo("x" + "é".repeat(511));
    assertThat(read("xxx" + "😀".repeat(1000))).isEqualTo("xxx" + "😀".repeat(255));
    assertThat(read("é".repeat(512))).isEqualTo("é".repeat(512));
  }
}
