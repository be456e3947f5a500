package io.wirelace.benchmarks.compare;

import io.wirelace.benchmarks.contender.ClientProgram;
import io.wirelace.benchmarks.contender.ServerProgram;
import io.wirelace.benchmarks.contender.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One contender under one workload, once: a fresh server, a fresh client, warm-up, measurement.
 *
 * @param entrant who
 * @param workloadName what
 * @param times how long
 * @param classPath the class path of both processes
 * @param serving where the server runs
 */
record Cell(Entrant entrant, String workloadName, Times times, String classPath, Serving serving) {
  /** What runs once a connection is compiled that much later than what runs once a message. */
  static final int CONNECT_WARM_UPS = 3;

  private static final Duration STARTING = Duration.ofSeconds(60);
  private static final Duration ENDING = Duration.ofSeconds(60);
  private static final Duration OPENING = Duration.ofMinutes(5);
  private static final int UNSAFE_FLAG_SINCE = 23; // the JDK that knows the flag

  /**
   * How long things take.
   *
   * @param warmUp before the measurement, in the same processes
   * @param measured the measurement
   * @param settle between the last connection opened and the look at the memory
   */
  record Times(Duration warmUp, Duration measured, Duration settle) {}

  /**
   * Where a server runs.
   *
   * @param under what starts its process, such as {@code ip netns exec name}, or nothing
   * @param host the address that it listens on, or empty for loopback
   */
  record Serving(List<String> under, String host) {
    /** Beside the client. */
    static final Serving HERE = new Serving(List.of(), "");
  }

  /** A cell on loopback. */
  Cell(Entrant entrant, String workloadName, Times times, String classPath) {
    this(entrant, workloadName, times, classPath, Serving.HERE);
  }

  /** Whether this is what came of it in some run. */
  boolean isOf(Result result) {
    return result.contender().equals(entrant.name()) && result.workload().equals(workloadName);
  }

  /** Runs it; the numbers by name. */
  Map<String, Double> run() throws IOException, InterruptedException {
    try (Child server = new Child(entrant.name() + " (server)", serverCommand())) {
      String address = server.await("READY", STARTING);
      try (Child client =
          new Child(entrant.name() + " (client)", clientCommand(address, server.pid()))) {
        return Workload.parse(workloadName).kind() == Workload.Kind.IDLE
            ? idle(server, client)
            : numbers(client.await("RESULT", longest()));
      } catch (IOException e) {
        throw new IOException(e.getMessage() + "; server" + server.errors(), e);
      }
    }
  }

  private Duration longest() {
    return STARTING.plus(warmUp()).plus(times.measured()).plus(ENDING);
  }

  private Duration warmUp() {
    return Workload.parse(workloadName).kind() == Workload.Kind.CONNECT
        ? times.warmUp().multipliedBy(CONNECT_WARM_UPS)
        : times.warmUp();
  }

  private List<String> serverCommand() {
    List<String> command = new ArrayList<>(serving.under());
    command.addAll(java());
    command.add(ServerProgram.class.getName());
    command.add(entrant.className());
    if (!serving.host().isEmpty()) {
      command.add(serving.host());
    }
    return command;
  }

  private List<String> clientCommand(String address, long serverPid) {
    List<String> command = java();
    command.add(ClientProgram.class.getName());
    command.add(entrant.className());
    command.add(address);
    command.add(workloadName);
    command.add(Long.toString(warmUp().toMillis()));
    command.add(Long.toString(times.measured().toMillis()));
    command.add(Long.toString(serverPid));
    return command;
  }

  private List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(commonFlags());
    command.addAll(entrant.jvmFlags());
    command.add("-cp");
    command.add(classPath);
    return command;
  }

  /** The flags of every process on this JDK. */
  static List<String> commonFlags() {
    List<String> flags = new ArrayList<>(Entrant.COMMON_FLAGS);
    if (Runtime.version().feature() >= UNSAFE_FLAG_SINCE) {
      flags.add("--sun-misc-unsafe-memory-access=allow");
    }
    return flags;
  }

  private static Map<String, Double> numbers(String result) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (String pair : result.split(" ", -1)) {
      int equals = pair.indexOf('=');
      numbers.put(pair.substring(0, equals), Double.valueOf(pair.substring(equals + 1)));
    }
    return numbers;
  }

  // ---- idle connections ----

  private Map<String, Double> idle(Child server, Child client)
      throws IOException, InterruptedException {
    int connections = Workload.parse(workloadName).parallel();
    client.await("WARM", STARTING);
    double[] before = memory(server);
    long started = System.nanoTime();
    client.tell("");
    client.await("OPEN", OPENING);
    double openedInSeconds = (System.nanoTime() - started) / 1e9;
    Thread.sleep(times.settle());
    double[] after = memory(server);
    String[] names = {"heap_bytes", "netty_bytes", "nio_bytes", "rss_bytes"};
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (int i = 0; i < names.length; i++) {
      numbers.put(names[i], (after[i] - before[i]) / connections);
    }
    numbers.put(
        "bytes",
        (after[0] + after[1] + after[2] - before[0] - before[1] - before[2]) / connections);
    numbers.put("connections", (double) connections);
    numbers.put("open_per_s", connections / openedInSeconds);
    return numbers;
  }

  private static double[] memory(Child server) throws IOException, InterruptedException {
    server.tell("memory");
    String[] told = server.await("MEMORY", ENDING).split(" ", -1);
    return new double[] {
      Double.parseDouble(told[0]),
      Double.parseDouble(told[1]),
      Double.parseDouble(told[2]),
      residentBytes(server.pid())
    };
  }

  private static double residentBytes(long pid) throws IOException {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.exists(status)) {
      return 0; // not Linux
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) {
        return Double.parseDouble(line.replaceAll("\\D+", "")) * 1024;
      }
    }
    return 0;
  }
}
