package io.wirelace.benchmarks.scale;

import io.wirelace.benchmarks.contender.CpuTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Processor time up to a moment, kernel included.
 *
 * @param atNs the moment, on the monotonic clock
 * @param processMs of every process that lives then, by its id
 * @param stolenMs taken by the host of a virtual machine
 * @param server the id of the server
 * @param clients the ids of the clients
 */
record Costs(long atNs, Map<Long, Long> processMs, long stolenMs, long server, List<Long> clients) {
  static Costs now(long server, List<Long> clients) throws IOException {
    Map<Long, Long> processMs = new HashMap<>();
    try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
      entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> Character.isDigit(name.charAt(0)))
          .forEach(pid -> {
            long[] userAndKernel = CpuTimes.process(pid);
            processMs.put(Long.valueOf(pid), userAndKernel[0] + userAndKernel[1]);
          });
    }
    return new Costs(System.nanoTime(), processMs, CpuTimes.machineNow()[1], server, clients);
  }

  /**
   * What was used since then, in processors: 1 is one processor all the time. Noise is the share of
   * the machine that other processes and the host took; a process that began and ended meanwhile is
   * not seen.
   */
  Numbers since(Costs before) {
    double elapsedMs = (atNs - before.atNs) / 1e6;
    long otherMs = Math.max(0, stolenMs - before.stolenMs);
    long clientMs = 0;
    for (Map.Entry<Long, Long> process : processMs.entrySet()) {
      long pid = process.getKey();
      // An id that was used anew may have less than before.
      long usedMs = Math.max(0, process.getValue() - before.processMs.getOrDefault(pid, 0L));
      if (clients.contains(pid)) {
        clientMs += usedMs;
      } else if (pid != server) {
        otherMs += usedMs;
      }
    }
    long serverMs = processMs.getOrDefault(server, 0L) - before.processMs.getOrDefault(server, 0L);
    return new Numbers()
        .put("server_cores", serverMs / elapsedMs)
        .put("client_cores", clientMs / elapsedMs)
        .put("noise", otherMs / elapsedMs / Runtime.getRuntime().availableProcessors());
  }
}
