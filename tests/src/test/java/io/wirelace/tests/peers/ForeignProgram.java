package io.wirelace.tests.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Runs a program of this machine. */
final class ForeignProgram {
  private final Path folder;

  /** Programs run in that folder. */
  ForeignProgram(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  /** A folder that outlives the run, for what is installed from a registry. */
  static Path installed(String name) {
    return Path.of(System.getProperty("wirelace.root", ".."), "tests", "target", "peers", name)
        .toAbsolutePath();
  }

  /** A file beside the tests. */
  static Path resource(String name) {
    return Path.of(
            System.getProperty("wirelace.root", ".."), "tests", "src", "test", "resources", name)
        .toAbsolutePath();
  }

  /** What a program that has ended left. */
  record Outcome(int exit, String output) {}

  ProcessBuilder builder(List<String> command) {
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
  }

  Outcome run(long seconds, String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Process process = builder(List.of(command)).redirectOutput(output.toFile()).start();
    process.getOutputStream().close();
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(
          String.join(" ", command) + " did not end: " + Files.readString(output));
    }
    return new Outcome(process.exitValue(), Files.readString(output));
  }

  /** Runs what the test cannot do without; skips the test where that fails. */
  void require(long seconds, String... command) {
    Outcome outcome;
    try {
      outcome = run(seconds, command);
    } catch (IOException | AssertionError e) {
      outcome = new Outcome(-1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    String why = outcome.output();
    Assumptions.assumeTrue(
        outcome.exit() == 0,
        () -> "skipped, not here: " + String.join(" ", command) + ": " + why.strip());
  }

  /** A server that says {@code port N} first, and goes when its input ends. */
  Serving serve(String... command) throws IOException {
    Process process = builder(List.of(command)).start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String first = lines.readLine();
    assertThat(first).as("the first line of %s", String.join(" ", command)).startsWith("port ");
    return new Serving(process, lines, Integer.parseInt(first.substring(5)));
  }

  /** A running server. */
  record Serving(Process process, BufferedReader lines, int port) implements AutoCloseable {
    String nextLine() throws IOException {
      return String.valueOf(lines.readLine());
    }

    @Override
    public void close() throws IOException {
      process.getOutputStream().close();
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
      try (Stream<String> rest = lines.lines()) {
        rest.forEach(line -> {});
      }
    }
  }
}
