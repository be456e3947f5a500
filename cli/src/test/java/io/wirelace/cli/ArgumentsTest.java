package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private static final String LOST = "h\uFFFD\uFFFDllo";

  @Test
  void whatTheLocaleDestroyedIsTakenFromTheBytes() {
    byte[] line = "java\0-jar\0lace.jar\0request\0echo\0h\u00e9llo\0".getBytes(UTF_8);

    assertThat(Arguments.recovered(new String[] {"request", "echo", LOST}, line))
        .containsExactly("request", "echo", "h\u00e9llo");
  }

  @Test
  void whatIsNotUtf8IsRefused() {
    byte[] line = "java\0request\0h\u00e9\0".getBytes(ISO_8859_1);

    assertThatThrownBy(() -> Arguments.recovered(new String[] {"request", "h\uFFFD"}, line))
        .isInstanceOfSatisfying(
            CommandFailed.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("argument 2")
        .hasMessageContaining("LC_ALL=C.UTF-8");
  }

  @Test
  void withoutTheBytesItIsRefused() {
    assertThatThrownBy(() -> Arguments.recovered(new String[] {LOST}, new byte[0]))
        .isInstanceOf(CommandFailed.class);
  }

  @Test
  void aReplacementCharacterThatWasMeantStays() {
    byte[] line = "java\0\uFFFD\0".getBytes(UTF_8);

    assertThat(Arguments.recovered(new String[] {"\uFFFD"}, line)).containsExactly("\uFFFD");
  }
}
