package io.wirelace.benchmarks.scale;

import io.wirelace.benchmarks.compare.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A fresh server process and the client processes of one cell. One thread. */
final class Rig implements AutoCloseable {
  /** The same for every process. */
  static final List<String> FLAGS =
      List.of(
          "-Xms1g",
          "-Xmx1g",
          "-Xmn256m",
          "-XX:+UseParallelGC",
          "--enable-native-access=ALL-UNNAMED");

  private static final Duration STARTING = Duration.ofSeconds(60);
  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final int CONNECTIONS_A_PROCESS = 10_000;

  private final Child server;
  private final List<Child> clients = new ArrayList<>();
  private final List<Integer> shares;

  /** Starts the processes for so many connections. */
  Rig(int connections, String heartbeat) throws IOException, InterruptedException {
    shares = shares(connections, CONNECTIONS_A_PROCESS);
    server = new Child("server", java(ScaleServer.class.getName(), heartbeat));
    try {
      String port = server.await("READY", STARTING);
      for (int i = 0; i < shares.size(); i++) {
        Child client = new Child("client " + i, java(ScaleClient.class.getName(), port, heartbeat));
        clients.add(client);
        client.await("READY", STARTING);
      }
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /** Connections by process: as few processes as can hold them, and as even as can be. */
  static List<Integer> shares(int connections, int mostEach) {
    int processes = Math.max(1, (connections + mostEach - 1) / mostEach);
    List<Integer> shares = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      shares.add(connections / processes + (i < connections % processes ? 1 : 0));
    }
    return shares;
  }

  private static List<String> java(String... program) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(program));
    return command;
  }

  /** The flags on this JDK. */
  static List<String> flags() {
    List<String> flags = new ArrayList<>(FLAGS);
    if (Runtime.version().feature() >= 23) { // the JDK that knows the flag
      flags.add("--sun-misc-unsafe-memory-access=allow");
    }
    return flags;
  }

  Numbers server(String command) throws IOException, InterruptedException {
    return ask(server, command);
  }

  /** Asks every client at once; numbers are added up, times are those of the slowest. */
  Numbers clients(String command) throws IOException, InterruptedException {
    for (Child client : clients) {
      client.tell(command);
    }
    return answers();
  }

  /** Has all clients open their connections at once. */
  Numbers open() throws IOException, InterruptedException {
    for (int i = 0; i < clients.size(); i++) {
      clients.get(i).tell("open " + shares.get(i));
    }
    return answers();
  }

  private Numbers answers() throws IOException, InterruptedException {
    List<Numbers> answers = new ArrayList<>();
    for (Child client : clients) {
      answers.add(answer(client));
    }
    return merged(answers);
  }

  /** Numbers of several processes: sums, but of times the most. */
  static Numbers merged(List<Numbers> answers) {
    Numbers merged = new Numbers();
    for (Numbers answer : answers) {
      answer
          .map()
          .forEach((name, value) -> {
            Double before = merged.map().get(name);
            boolean time = name.endsWith("_us") || name.equals("seconds");
            double first = before == null ? 0 : before;
            merged.put(name, time ? Math.max(first, value) : first + value);
          });
    }
    return merged;
  }

  int processes() {
    return clients.size();
  }

  Costs costs() throws IOException {
    return Costs.now(server.pid(), clients.stream().map(Child::pid).toList());
  }

  /** What the server holds, after a collection: heap, direct, resident (as the kernel sees it). */
  Numbers serverMemory() throws IOException, InterruptedException {
    Numbers memory = server("memory");
    return memory.put("resident", residentBytes(server.pid()));
  }

  /** Files that the server has open. */
  long serverFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(server.pid()), "fd"))) {
      return files.count();
    }
  }

  private static double residentBytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Double.parseDouble(line.replaceAll("\\D+", "")) * 1024;
      }
    }
    throw new IOException("no VmRSS for process " + pid);
  }

  private Numbers ask(Child child, String command) throws IOException, InterruptedException {
    child.tell(command);
    return answer(child);
  }

  private Numbers answer(Child child) throws IOException, InterruptedException {
    try {
      return Numbers.parse(child.await("DONE", LONGEST));
    } catch (IOException e) {
      throw new IOException(e.getMessage() + "; server" + server.errors(), e);
    }
  }

  /** Fails if the server had something to complain about. */
  void requireSilence() throws IOException {
    String errors = server.errors();
    if (!errors.equals(" (silent)")) {
      throw new IOException("the server said" + errors);
    }
  }

  @Override
  public void close() throws IOException {
    for (Child client : clients) {
      client.close();
    }
    server.close();
  }
}
