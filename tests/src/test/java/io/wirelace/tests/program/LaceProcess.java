package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The shaded jar, running; killed at the latest when closed. Used by one thread. */
final class LaceProcess implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 40;
  private static final String END = "(end of output)";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Queue<String> err = new ConcurrentLinkedQueue<>();
  private final Thread errReader;

  /** What a process that ended by itself left behind. */
  record Finished(int status, byte[] bytes, String err) {
    String out() {
      return new String(bytes, UTF_8);
    }
  }

  private LaceProcess(Process process) {
    this.process = process;
    errReader = Thread.ofVirtual().start(this::readErr);
  }

  /** A JVM leaves an ignored SIGINT ignored, and whatever this one ignores its children do too. */
  static boolean interruptsAreTaken() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return true;
    }
    List<String> ignored =
        Files.readAllLines(status).stream().filter(line -> line.startsWith("SigIgn:")).toList();
    long mask = Long.parseUnsignedLong(ignored.getFirst().substring(7).trim(), 16);
    return (mask & 2) == 0;
  }

  private static Process launch(List<String> args) throws IOException {
    return launch(Path.of(""), args);
  }

  private static Process launch(Path folder, List<String> args) throws IOException {
    return launch(folder, List.of(), args);
  }

  private static Process launch(Path folder, List<String> jvmOptions, List<String> args)
      throws IOException {
    return new ProcessBuilder(command(jvmOptions, args))
        .directory(folder.toAbsolutePath().toFile())
        .start();
  }

  private static List<String> command(List<String> jvmOptions, List<String> args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // They are to start soon, several at once.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(jvmOptions); // the last of a kind counts
    Path root = Path.of(System.getProperty("wirelace.root", ".."));
    command.addAll(
        List.of("-jar", root.resolve("cli/target/lace.jar").toAbsolutePath().toString()));
    command.addAll(args);
    return command;
  }

  /** Starts one whose lines are to be waited for. */
  static LaceProcess start(String... args) throws IOException {
    return startIn(Path.of(""), List.of(args));
  }

  /** Starts one in a folder. */
  static LaceProcess startIn(Path folder, List<String> args) throws IOException {
    return started(launch(folder, args));
  }

  /** Starts one whose JVM has further options. */
  static LaceProcess startWith(List<String> jvmOptions, String... args) throws IOException {
    return started(launch(Path.of(""), jvmOptions, List.of(args)));
  }

  private static LaceProcess started(Process process) throws IOException {
    LaceProcess started = new LaceProcess(process);
    started.process.getOutputStream().close();
    Thread.ofVirtual().start(started::readLines);
    return started;
  }

  /** Starts one that may have only so many files open. */
  static LaceProcess startWithFiles(int most, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n " + most + "; exec \"$@\""));
    command.add("lace");
    command.addAll(command(List.of(), List.of(args)));
    LaceProcess started = new LaceProcess(new ProcessBuilder(command).start());
    started.process.getOutputStream().close();
    Thread.ofVirtual().start(started::readLines);
    return started;
  }

  /** What it has computed for, all its threads together. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Starts a server on a free port, and waits until it is ready. */
  static LaceProcess server(String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of("serve", "--demo", "--listen", "tcp://127.0.0.1:0"));
    all.addAll(List.of(args));
    return start(all.toArray(String[]::new));
  }

  /** Runs one to its end. */
  static Finished run(String... args) throws Exception {
    return runWithInput(new byte[0], args);
  }

  /** Runs one to its end, with something on its standard input. */
  static Finished runWithInput(byte[] input, String... args) throws Exception {
    return finish(launch(List.of(args)), input);
  }

  /** Runs one to its end, in a folder. */
  static Finished runIn(Path folder, List<String> args) throws Exception {
    return finish(launch(folder, args), new byte[0]);
  }

  private static Finished finish(Process process, byte[] input) throws Exception {
    try (LaceProcess started = new LaceProcess(process)) {
      started.process.getOutputStream().write(input);
      started.process.getOutputStream().close();
      Thread guard =
          Thread.ofVirtual()
              .start(() -> {
                if (!started.endsInTime()) {
                  started.kill();
                }
              });
      byte[] out;
      try (InputStream stream = started.process.getInputStream()) {
        out = stream.readAllBytes();
      }
      int status = started.awaitExit();
      guard.join();
      return new Finished(status, out, started.err());
    }
  }

  private boolean endsInTime() {
    try {
      return process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void readLines() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      reader.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      // It was killed, which closes the stream.
    }
    lines.add(END);
  }

  private void readErr() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8))) {
      reader.lines().forEach(err::add);
    } catch (IOException | UncheckedIOException e) {
      // It was killed, which closes the stream.
    }
  }

  /** The next line of its standard output. */
  String line() throws InterruptedException {
    String line = lines.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
    if (line == null || line.equals(END)) {
      throw new AssertionError("no line came; on standard error: " + err());
    }
    return line;
  }

  /** Where it listens, once it is ready. */
  String uri() throws InterruptedException {
    String listening = line();
    String ready = line();
    if (!listening.startsWith("listening ") || !ready.equals("ready")) {
      throw new AssertionError("unexpected: " + listening + ", " + ready);
    }
    return listening.substring("listening ".length());
  }

  /** What it has written to standard output and nobody has read yet. */
  List<String> rest() throws InterruptedException {
    List<String> rest = new ArrayList<>();
    for (String line = lines.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        line != null && !line.equals(END);
        line = lines.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      rest.add(line);
    }
    return rest;
  }

  int awaitExit() throws InterruptedException {
    if (!endsInTime()) {
      throw new AssertionError("it does not end; on standard error: " + err());
    }
    errReader.join();
    return process.exitValue();
  }

  String err() {
    return String.join("\n", err);
  }

  /** SIGTERM. By the handle, because Process.destroy closes the streams as well. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** SIGINT, as Ctrl-C sends it. */
  void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  /** SIGKILL. */
  void kill() {
    process.toHandle().destroyForcibly();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
