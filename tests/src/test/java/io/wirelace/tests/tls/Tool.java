package io.wirelace.tests.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A program that others wrote, running; killed at the latest when closed. */
final class Tool implements AutoCloseable {
  private static final long DEADLINE_S = 40;

  private final Process process;
  private final CompletableFuture<String> rest = new CompletableFuture<>();

  private Tool(Process process) {
    this.process = process;
  }

  /** Skips the test, saying so, where the program is not there. */
  static void mustBeThere(String name) {
    boolean there =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(directory -> new File(directory, name).canExecute());
    Assumptions.assumeTrue(there, () -> "skipped, no " + name + " here");
  }

  /** Starts it, errors among its output. */
  static Tool start(List<String> command) throws IOException {
    return new Tool(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Starts it; only data is read, errors go nowhere. */
  static Tool startForData(List<String> command) throws IOException {
    return new Tool(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  /** Runs it to its end without input; returns what it said. */
  static String run(List<String> command) throws Exception {
    try (Tool tool = start(command)) {
      tool.endInput();
      return tool.rest(DEADLINE_S);
    }
  }

  void write(byte[] bytes) throws IOException {
    process.getOutputStream().write(bytes);
    process.getOutputStream().flush();
  }

  void endInput() throws IOException {
    process.getOutputStream().close();
  }

  InputStream data() {
    return process.getInputStream();
  }

  /** Waits until it has said that. */
  void until(String expected, long seconds) throws Exception {
    CompletableFuture<Void> said = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            StringBuilder text = new StringBuilder();
            int next;
            while (text.indexOf(expected) < 0 && (next = process.getInputStream().read()) >= 0) {
              text.append((char) next);
            }
            said.complete(null);
          } catch (IOException e) {
            said.completeExceptionally(e);
          }
        });
    said.get(seconds, TimeUnit.SECONDS);
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** What it still says until it ends. */
  String rest(long seconds) throws Exception {
    Thread.ofVirtual()
        .start(() -> {
          try {
            rest.complete(new String(process.getInputStream().readAllBytes(), ISO_8859_1));
          } catch (IOException e) {
            rest.completeExceptionally(e);
          }
        });
    return rest.get(seconds, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
