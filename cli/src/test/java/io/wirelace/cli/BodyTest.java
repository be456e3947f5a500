package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BodyTest {
  private static final InputStream NO_INPUT = InputStream.nullInputStream();

  @TempDir Path folder;

  @Test
  void anythingElseIsAText() {
    assertThat(Body.read("grüß dich", NO_INPUT)).isEqualTo("grüß dich".getBytes(UTF_8));
    assertThat(Body.read("", NO_INPUT)).isEmpty();
    assertThat(Body.read(null, NO_INPUT)).isEmpty();
  }

  @Test
  void aDashIsStandardInput() {
    byte[] bytes = {0, 1, (byte) 0xFF};

    assertThat(Body.read("-", new ByteArrayInputStream(bytes))).isEqualTo(bytes);
  }

  @Test
  void anAtSignIsAFile() throws Exception {
    byte[] bytes = {0, 1, (byte) 0xFF};
    Path file = Files.write(folder.resolve("body.bin"), bytes);

    assertThat(Body.read("@" + file, NO_INPUT)).isEqualTo(bytes);
  }

  @Test
  void twoAtSignsAreATextWithOne() {
    assertThat(Body.read("@@home", NO_INPUT)).isEqualTo("@home".getBytes(UTF_8));
  }

  @Test
  void aMissingFileIsAMistakeOfTheCommandLine() {
    assertThatThrownBy(() -> Body.read("@" + folder.resolve("missing"), NO_INPUT))
        .asInstanceOf(type(CommandFailed.class))
        .satisfies(failed -> assertThat(failed.exitCode()).isEqualTo(ExitCode.USAGE))
        .satisfies(failed -> assertThat(failed).hasMessageContaining("no such file"));
  }

  @Test
  void aFolderIsNoBodyAndTheWordsAreTheSystems() {
    assertThatThrownBy(() -> Body.read("@" + folder, NO_INPUT))
        .asInstanceOf(type(CommandFailed.class))
        .satisfies(failed -> assertThat(failed.exitCode()).isEqualTo(ExitCode.USAGE))
        .satisfies(failed -> assertThat(failed.getMessage()).doesNotContain("java.io"));
  }
}
