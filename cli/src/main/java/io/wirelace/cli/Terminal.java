package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command reads and writes: data on {@code out}, everything else on {@code err}. Both are
 * UTF-8.
 *
 * @param outIsTerminal whether a person looks at {@code out}
 * @param errIsTerminal whether a person looks at {@code err}, so that progress may be shown
 * @param colours whether {@code out} takes colours
 */
record Terminal(
    InputStream in,
    DataOut out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    boolean colours) {

  /** That of this process. */
  static Terminal system() {
    boolean out = isTerminal(1);
    String noColour = System.getenv("NO_COLOR");
    return new Terminal(
        System.in,
        DataOut.to(new FileOutputStream(FileDescriptor.out)),
        stream(FileDescriptor.err),
        out,
        isTerminal(2),
        out && (noColour == null || noColour.isEmpty()));
  }

  /** One where nobody looks. */
  static Terminal of(InputStream in, OutputStream out, OutputStream err) {
    return new Terminal(
        in, DataOut.to(out), new PrintStream(err, true, UTF_8), false, false, false);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), 8192), true, UTF_8);
  }

  /**
   * Java can only tell for input and output together; Linux says it for each descriptor. Elsewhere
   * nobody looks: no progress and no colours are better than both of them in a file.
   */
  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Writes out what is buffered. */
  void flush() {
    out.flush();
    err.flush();
  }
}
