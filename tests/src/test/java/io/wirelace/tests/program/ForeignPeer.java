package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program that we did not write, speaking the wire's bytes; killed when closed. One thread. */
final class ForeignPeer implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 30;

  private final Process process;

  private ForeignPeer(Process process) {
    this.process = process;
  }

  /** Skips the test, saying so, where the program is not installed. */
  static void assumeInstalled(String program) {
    boolean there =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    if (!there) {
      System.out.println("skipped, no " + program + " on the path");
    }
    Assumptions.assumeTrue(there, () -> "no " + program + " on the path");
  }

  static ForeignPeer start(String... command) throws IOException {
    assumeInstalled(command[0]);
    return new ForeignPeer(new ProcessBuilder(List.of(command)).start());
  }

  /** Bytes of hexadecimal digits and spaces. */
  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes);
  }

  /** Gives it something on its standard input, ends that, and returns all that it writes. */
  byte[] exchange(byte[] input) throws Exception {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input);
    }
    try (InputStream out = process.getInputStream()) {
      byte[] all = out.readAllBytes();
      String errors = new String(process.getErrorStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).as(errors).isTrue();
      assertThat(process.exitValue()).as(errors).isZero();
      return all;
    }
  }

  /** The first line that it writes. */
  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    InputStream out = process.getInputStream();
    for (int c = out.read(); c >= 0 && c != '\n'; c = out.read()) {
      line.append((char) c);
    }
    if (line.isEmpty()) {
      throw new AssertionError(new String(process.getErrorStream().readAllBytes(), UTF_8));
    }
    return line.toString();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
