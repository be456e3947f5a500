package io.wirelace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.error.Fault;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes in, callbacks out, in their order. */
class FrameDecoderTest {
  private static final String NOTIFICATION = "0000000A02000000000000000078";
  private static final String RESERVED_KIND = "000000091F0000000000000000";

  private final List<String> told = new ArrayList<>();

  private final FrameSink sink =
      new FrameSink() {
        @Override
        public void onFrame(Frame frame) {
          told.add(FrameHeader.name(frame.type()));
        }

        @Override
        public void onBatchEnd(int frames, int bytes) {
          told.add("batch of " + frames + ", " + bytes + " bytes");
        }

        @Override
        public void onViolation(Fault fault) {
          told.add("violation " + fault.number());
        }
      };

  private List<String> decode(String... reads) {
    EmbeddedChannel channel =
        new EmbeddedChannel(new FrameDecoder(Role.SERVER, WireLimits.DEFAULT, sink));
    for (String read : reads) {
      channel.writeInbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(read)));
    }
    channel.finishAndReleaseAll();
    return told;
  }

  @Test
  void allFramesOfAReadAreOneBatch() {
    assertThat(decode(NOTIFICATION + NOTIFICATION))
        .containsExactly("NOTIFICATION", "NOTIFICATION", "batch of 2, 28 bytes");
  }

  @Test
  void framesBeforeAViolationAreHandedOverBeforeItIsTold() {
    assertThat(decode(NOTIFICATION + RESERVED_KIND))
        .containsExactly("NOTIFICATION", "batch of 1, 14 bytes", "violation -605");
  }

  @Test
  void aViolationInTheSecondReadOfAFrameIsToldOnce() {
    assertThat(decode(NOTIFICATION + "0000", "00091F", NOTIFICATION))
        .containsExactly("NOTIFICATION", "batch of 1, 14 bytes", "violation -605");
  }

  @Test
  void aFrameSplitBetweenReadsIsWholeOnce() {
    assertThat(decode(NOTIFICATION.substring(0, 14), NOTIFICATION.substring(14) + NOTIFICATION))
        .containsExactly("NOTIFICATION", "NOTIFICATION", "batch of 2, 28 bytes");
  }
}
