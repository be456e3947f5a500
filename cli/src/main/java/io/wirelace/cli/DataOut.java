package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers why it failed. A {@link PrintStream} throws nothing, and a program
 * whose answer did not fit on the disk must not exit as if it had been written.
 */
final class DataOut extends PrintStream {
  private static final int BUFFER_BYTES = 8192;

  private final Remembering to;

  private DataOut(Remembering to) {
    super(new BufferedOutputStream(to, BUFFER_BYTES), true, UTF_8);
    this.to = to;
  }

  static DataOut to(OutputStream descriptor) {
    return new DataOut(new Remembering(descriptor));
  }

  /**
   * Why something of what was printed is lost, in the words of the system; null if nothing is, or
   * if its reader has closed the pipe: {@code | head -1} wants no more.
   */
  @Nullable String lost() {
    flush();
    String why = to.failure;
    return why == null || why.toLowerCase(Locale.ROOT).contains("broken pipe") ? null : why;
  }

  private static final class Remembering extends FilterOutputStream {
    private @Nullable String failure;

    Remembering(OutputStream descriptor) {
      super(descriptor);
    }

    @Override
    public void write(int oneByte) throws IOException {
      write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        out.write(bytes, from, count);
      } catch (IOException e) {
        if (failure == null) {
          String said = e.getMessage();
          failure = said == null ? "it cannot be written" : said;
        }
        throw e;
      }
    }
  }
}
