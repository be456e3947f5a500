package io.wirelace.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerTextTest {
  private static final String EVIL = "x\n12:00 ERROR FORGED \u001b[31m\r\u009b2J\u202e";

  @Test
  void linesAndSequencesOfAPeerAreEscaped() {
    assertThat(PeerText.escaped(EVIL))
        .isEqualTo("x\\n12:00 ERROR FORGED \\u001b[31m\\r\\u009b2J\\u202e");
    assertThat(PeerText.escaped("a\u2028b\u2029c\u0000\u007f\u0085\u2066\u200f\ufeff"))
        .isEqualTo("a\\u2028b\\u2029c\\u0000\\u007f\\u0085\\u2066\\u200f\\ufeff");
  }

  @Test
  void honestTextIsLeftAsItIs() {
    String honest = "héllo C:\\new 😀 שלום";

    assertThat(PeerText.escaped(honest)).isSameAs(honest);
  }

  @Test
  void halvesOfSurrogatePairsAreEscapedAndPairsAreNot() {
    assertThat(PeerText.escaped("\ud83d!\ude00\ud83d\ude00\ud83d"))
        .isEqualTo("\\ud83d!\\ude00\ud83d\ude00\\ud83d");
  }

  @Test
  void escapingTwiceChangesNothing() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      StringBuilder text = new StringBuilder();
      for (int k = 0; k < 20; k++) {
        text.append((char) random.nextInt(i % 2 == 0 ? 0x100 : 0x10000));
      }
      String once = PeerText.escaped(text.toString());
      assertThat(once).isEqualTo(PeerText.escaped(once));
      assertThat(once.codePoints().noneMatch(Character::isISOControl)).isTrue();
    }
  }

  @Test
  void aLineIsBounded() {
    assertThat(PeerText.line("x".repeat(1 << 20)))
        .hasSizeLessThan(2100)
        .endsWith("… (1048576 characters)");
    assertThat(PeerText.line("x".repeat(1999) + "😀😀")).contains("x… (").doesNotContain("\\ud83d");
  }

  @Test
  void whatAFaultShowsIsEscapedEverywhere() {
    Fault fault = new Fault(-605, EVIL, false, Duration.ZERO, null);
    String shown = "-605 protocol_error: " + PeerText.escaped(EVIL);

    assertThat(fault.message()).isEqualTo(EVIL); // the value is what came
    assertThat(fault).hasToString(shown);
    assertThat(fault.toException()).hasMessage(shown);
    assertThat(new CloseReason(CloseReason.Initiator.REMOTE, fault))
        .hasToString("remote, " + shown);
  }
}
