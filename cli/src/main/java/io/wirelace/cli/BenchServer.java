package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server with the demo routes in a process of its own: the same Java, the same jar. */
final class BenchServer implements AutoCloseable {
  private static final String LISTENING = "listening ";
  private static final int START_SECONDS = 30;
  private static final int STOP_SECONDS = 15;

  private final Process process;
  private final List<String> uris;
  private final Thread atExit;

  private BenchServer(Process process, List<String> uris) {
    this.process = process;
    this.uris = uris;
    this.atExit = new Thread(process.toHandle()::destroy, "lace-bench-server-stop");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Starts it on TCP, and waits until it is ready. */
  static BenchServer start() throws InterruptedException {
    return start(List.of("tcp://127.0.0.1:0"));
  }

  /** Starts it on these endpoints, and waits until it is ready. */
  static BenchServer start(List<String> listen) throws InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command(listen)).redirectErrorStream(true).start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw failed(e.toString());
    }
    CompletableFuture<List<String>> ready = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("lace-bench-server-output").start(() -> read(process, ready));
    try {
      return new BenchServer(process, ready.get(START_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      process.destroyForcibly();
      throw failed(String.valueOf(e.getCause()));
    } catch (TimeoutException e) {
      process.destroyForcibly();
      throw failed("not ready within " + START_SECONDS + " s");
    }
  }

  private static CommandFailed failed(String why) {
    return new CommandFailed(
        ExitCode.FAILED, "the server to measure did not start (or give one with -e): " + why);
  }

  private static List<String> command(List<String> listen) {
    String classPath = System.getProperty("java.class.path", "");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseParallelGC");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    if (Runtime.version().feature() >= 23) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    boolean oneJar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
    command.addAll(
        oneJar ? List.of("-jar", classPath) : List.of("-cp", classPath, Main.class.getName()));
    command.addAll(List.of("serve", "--demo"));
    listen.forEach(uri -> command.addAll(List.of("--listen", uri)));
    return command;
  }

  /** Reads all that it says to its end, so that it never waits for a reader. */
  private static void read(Process process, CompletableFuture<List<String>> ready) {
    List<String> said = new ArrayList<>();
    List<String> where = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(LISTENING)) {
          where.add(line.substring(LISTENING.length()));
        } else if (line.equals("ready")) {
          ready.complete(where);
        } else if (!ready.isDone()) {
          said.add(line);
        }
      }
      ready.completeExceptionally(new IOException("it said: " + String.join("; ", said)));
    } catch (IOException | UncheckedIOException e) {
      ready.completeExceptionally(e);
    }
  }

  /** Where it listens, in the order asked for. */
  List<String> uris() {
    return uris;
  }

  /** Stops it, and waits for that. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    process.toHandle().destroy(); // Process.destroy would close its output before it ends
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
