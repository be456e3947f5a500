package io.wirelace.benchmarks.scale;

import io.wirelace.benchmarks.contender.CpuTimes;
import java.util.List;

/**
 * Processor time up to a moment.
 *
 * @param atNs the moment, on the monotonic clock
 * @param serverMs of the server, kernel included
 * @param clientMs of all clients, kernel included
 * @param machineMs of the whole machine
 * @param stolenMs taken by the host of a virtual machine
 */
record Costs(long atNs, long serverMs, long clientMs, long machineMs, long stolenMs) {
  static Costs now(long server, List<Long> clients) {
    long clientMs = 0;
    for (long client : clients) {
      clientMs += process(client);
    }
    long[] machine = CpuTimes.machineNow();
    return new Costs(System.nanoTime(), process(server), clientMs, machine[0], machine[1]);
  }

  private static long process(long pid) {
    long[] userAndKernel = CpuTimes.process(Long.toString(pid));
    return userAndKernel[0] + userAndKernel[1];
  }

  /** What was used since then, in processors: 1 is one processor all the time. */
  Numbers since(Costs before) {
    double elapsedMs = (atNs - before.atNs) / 1e6;
    double server = (serverMs - before.serverMs) / elapsedMs;
    double client = (clientMs - before.clientMs) / elapsedMs;
    double machine = (machineMs - before.machineMs) / elapsedMs;
    double stolen = (stolenMs - before.stolenMs) / elapsedMs;
    int processors = Runtime.getRuntime().availableProcessors();
    return new Numbers()
        .put("server_cores", server)
        .put("client_cores", client)
        .put("noise", (Math.max(0, machine - server - client) + stolen) / processors);
  }
}
