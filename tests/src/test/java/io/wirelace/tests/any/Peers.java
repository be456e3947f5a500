package io.wirelace.tests.any;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Programs that we did not write. */
final class Peers {
  private static final long MOST_SECONDS = 30;

  private Peers() {}

  /** Skips the test, and says so, where a program is not installed. */
  static void assumeInstalled(String program) {
    boolean there =
        List.of(System.getenv().getOrDefault("PATH", "").split(":", -1)).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    Assumptions.assumeTrue(there, "skipped, no " + program + " here");
  }

  /** What a program prints, its errors included. */
  static String run(byte[] input, String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input);
    }
    String printed = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running: " + List.of(command));
    }
    return printed;
  }
}
