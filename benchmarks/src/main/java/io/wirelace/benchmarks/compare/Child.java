package io.wirelace.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A child process that talks in lines. It ends when its input does, and with us at the latest. */
public final class Child implements AutoCloseable {
  private static final String END = "\0end";
  private static final int SHOWN_ERROR_LINES = 12;

  private final String name;
  private final Process process;
  private final Path errorFile;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /** Starts it. */
  public Child(String name, List<String> command) throws IOException {
    this.name = name;
    this.errorFile = Files.createTempFile("wirelace-compare-", ".err");
    this.process = new ProcessBuilder(command).redirectError(errorFile.toFile()).start();
    Thread.ofPlatform().daemon().name("output of " + name).start(this::readLines);
  }

  private void readLines() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = output.readLine()) != null) {
        lines.add(line);
      }
    } catch (IOException e) {
      // The process was ended while it spoke; what it said before is enough.
    }
    lines.add(END);
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** The rest of the next line that starts with a word; fails if the process ends or is late. */
  public String await(String word, Duration timeout) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null) {
        throw new IOException(name + " said no " + word + " within " + timeout + errors());
      }
      if (line.equals(END)) {
        throw new IOException(name + " ended before it said " + word + errors());
      }
      if (line.startsWith(word)) {
        return line.substring(word.length()).strip();
      }
    }
  }

  /** Sends it a line. */
  public void tell(String line) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  /** What it wrote to its error output, shortened. */
  public String errors() throws IOException {
    List<String> all = Files.readAllLines(errorFile);
    return all.isEmpty()
        ? " (silent)"
        : ": " + String.join(" | ", all.subList(0, Math.min(SHOWN_ERROR_LINES, all.size())));
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(errorFile);
  }
}
