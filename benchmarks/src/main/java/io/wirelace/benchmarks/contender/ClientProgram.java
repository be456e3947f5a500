package io.wirelace.benchmarks.contender;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The driving process: {@code ClientProgram CLASS ADDRESS WORKLOAD WARM-UP-MS MEASURED-MS
 * SERVER-PID}. Prints {@code RESULT name=value …} for the measured time; for idle connections it
 * prints {@code WARM}, waits for a line, opens them, prints {@code OPEN} and waits for the end of
 * its input.
 */
public final class ClientProgram {
  private static final int IDLE_WARM_UP_CONNECTIONS = 20;
  private static final int LATENCY_DIGITS = 3;

  private final Driver driver;
  private final Workload workload;
  private final long serverPid;

  private ClientProgram(Driver driver, Workload workload, long serverPid) {
    this.driver = driver;
    this.workload = workload;
    this.serverPid = serverPid;
  }

  /** Runs it. */
  public static void main(String[] args) {
    try {
      Driver driver = Contenders.named(args[0]).drive(args[1]);
      Workload workload = Workload.parse(args[2]);
      ClientProgram program = new ClientProgram(driver, workload, Long.parseLong(args[5]));
      if (workload.kind() == Workload.Kind.IDLE) {
        program.idle();
      } else {
        // Twice, since the measured round opens connections after others have been closed, and what
        // the compilers have not seen before costs them a second.
        long warmUpNs = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[3]));
        program.round(warmUpNs / 2);
        program.round(warmUpNs / 2);
        System.out.println(program.round(TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[4]))));
      }
      System.exit(0);
    } catch (Throwable e) {
      e.printStackTrace();
      System.exit(1); // threads of the contender would keep the process
    }
  }

  private String round(long durationNs) throws Exception {
    Histogram latencyNs = new Histogram(TimeUnit.MINUTES.toNanos(2), LATENCY_DIGITS);
    CpuTimes before = CpuTimes.now(serverPid);
    long started = System.nanoTime();
    Driver.Count count = run(durationNs, latencyNs);
    long elapsedNs = System.nanoTime() - started;
    CpuTimes cpu = CpuTimes.now(serverPid).since(before);
    if (count.sent() != count.received()) {
      throw new IllegalStateException(
          "LOST: sent " + count.sent() + ", the receiver counted " + count.received());
    }
    return result(count, elapsedNs, cpu) + latency(latencyNs);
  }

  private Driver.Count run(long durationNs, Histogram latencyNs) throws Exception {
    return switch (workload.kind()) {
      case ONE_WAY ->
          driver.oneWay(
              new Flood(workload.parallel(), workload.bodyBytes(), durationNs, workload.content()));
      case REQUESTS -> answered(new Requesting(driver, workload).run(durationNs, latencyNs));
      case CALL -> answered(call(durationNs, latencyNs));
      case CONNECT -> answered(new Connecting(driver, workload).run(durationNs, latencyNs));
      case IDLE -> throw new IllegalStateException("idle connections are not timed");
    };
  }

  private static Driver.Count answered(long requests) {
    return new Driver.Count(requests, requests);
  }

  private long call(long durationNs, Histogram latencyNs) throws Exception {
    byte[] body = Bodies.of(Bodies.ECHO, workload.bodyBytes());
    long calls = 0;
    long sent = System.nanoTime();
    long deadline = sent + durationNs;
    while (sent - deadline < 0) {
      driver.call(body);
      long now = System.nanoTime();
      latencyNs.recordValue(now - sent);
      sent = now;
      calls++;
    }
    return calls;
  }

  private static String result(Driver.Count count, long elapsedNs, CpuTimes cpu) {
    int processors = Runtime.getRuntime().availableProcessors();
    double machineMs = elapsedNs / 1e6 * processors;
    return String.format(
        Locale.ROOT,
        "RESULT sent=%d received=%d seconds=%.4f rate=%.1f"
            + " client_user_ms=%d client_kernel_ms=%d server_user_ms=%d server_kernel_ms=%d"
            + " client_ns=%.1f server_ns=%.1f noise=%.4f others=%.4f stolen=%.4f",
        count.sent(),
        count.received(),
        elapsedNs / 1e9,
        count.received() * 1e9 / elapsedNs,
        cpu.clientUser(),
        cpu.clientKernel(),
        cpu.serverUser(),
        cpu.serverKernel(),
        (cpu.clientUser() + cpu.clientKernel()) * 1e6 / count.received(),
        (cpu.serverUser() + cpu.serverKernel()) * 1e6 / count.received(),
        (cpu.others() + cpu.stolen()) / machineMs,
        cpu.others() / machineMs,
        cpu.stolen() / machineMs);
  }

  private static String latency(Histogram ns) {
    if (ns.getTotalCount() == 0) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        " p50_us=%.2f p99_us=%.2f p999_us=%.2f max_us=%.2f",
        ns.getValueAtPercentile(50) / 1e3,
        ns.getValueAtPercentile(99) / 1e3,
        ns.getValueAtPercentile(99.9) / 1e3,
        ns.getMaxValue() / 1e3);
  }

  private void idle() throws Exception {
    byte[] body = Bodies.of(Bodies.ECHO, workload.bodyBytes());
    // The first ones load classes and make pools; they are not what a connection costs.
    for (int i = 0; i < IDLE_WARM_UP_CONNECTIONS; i++) {
      driver.openAnother(body);
    }
    System.out.println("WARM");
    int ignored = System.in.read();
    for (int i = 0; i < workload.parallel(); i++) {
      driver.openAnother(body);
    }
    System.out.println("OPEN");
    while (ignored >= 0) {
      ignored = System.in.read();
    }
  }
}
