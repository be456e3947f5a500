package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class DataOutTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Terminal terminal(OutputStream out) {
    return Terminal.of(InputStream.nullInputStream(), out, err);
  }

  /** As a full disk, or whatever else the system says. */
  private static OutputStream failing(String words) {
    return new OutputStream() {
      @Override
      public void write(int oneByte) throws IOException {
        throw new IOException(words);
      }
    };
  }

  private int exitAfterPrinting(OutputStream out, int status) {
    Terminal terminal = terminal(out);
    terminal.out().print("an answer");
    return Lace.finish(terminal, status);
  }

  @Test
  void outputThatIsLostIsAFailure() {
    assertThat(exitAfterPrinting(failing("No space left on device"), 0)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("standard output").contains("No space left on device");
  }

  @Test
  void aReaderThatWantsNoMoreIsNoFailure() {
    assertThat(exitAfterPrinting(failing("Broken pipe"), 0)).isZero();
    assertThat(err.size()).isZero();
  }

  @Test
  void anEarlierFailureKeepsItsNumber() {
    assertThat(exitAfterPrinting(failing("No space left on device"), 7)).isEqualTo(7);
  }

  @Test
  void whatWasWrittenIsNoFailure() {
    assertThat(exitAfterPrinting(new ByteArrayOutputStream(), 0)).isZero();
    assertThat(err.size()).isZero();
  }
}
