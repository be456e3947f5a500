package io.wirelace.benchmarks.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Processor time from Linux's {@code /proc}, in ticks of 10 ms; all zero elsewhere.
 *
 * @param clientUser of this process, in its own code
 * @param clientKernel of this process, in the kernel
 * @param serverUser likewise of the server
 * @param serverKernel likewise
 * @param machine of all processes, interrupts included
 * @param stolen taken by the host of a virtual machine
 */
public record CpuTimes(
    long clientUser,
    long clientKernel,
    long serverUser,
    long serverKernel,
    long machine,
    long stolen) {
  private static final long TICK_MS = 10;
  private static final int USER_FIELD = 11; // after the name, which may hold anything
  private static final int KERNEL_FIELD = 12;
  private static final int STOLEN_FIELD = 8;

  static CpuTimes now(long serverPid) {
    long[] client = process("self");
    long[] server = process(Long.toString(serverPid));
    long[] machine = machineNow();
    return new CpuTimes(client[0], client[1], server[0], server[1], machine[0], machine[1]);
  }

  CpuTimes since(CpuTimes before) {
    return new CpuTimes(
        clientUser - before.clientUser,
        clientKernel - before.clientKernel,
        serverUser - before.serverUser,
        serverKernel - before.serverKernel,
        machine - before.machine,
        stolen - before.stolen);
  }

  /** Of everybody but the two that are measured. */
  long others() {
    return Math.max(0, machine - clientUser - clientKernel - serverUser - serverKernel);
  }

  /** Milliseconds that a process has taken: in its own code, in the kernel. */
  public static long[] process(String pid) {
    try {
      String stat = Files.readString(Path.of("/proc", pid, "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return new long[] {
        Long.parseLong(fields[USER_FIELD]) * TICK_MS, Long.parseLong(fields[KERNEL_FIELD]) * TICK_MS
      };
    } catch (IOException e) {
      return new long[2];
    }
  }

  /** Milliseconds since the boot: of all processes and interrupts, stolen by the host. */
  public static long[] machineNow() {
    try {
      List<String> lines = Files.readAllLines(Path.of("/proc/stat"));
      String[] fields = lines.getFirst().split(" +", -1);
      long busy = 0;
      for (int field : new int[] {1, 2, 3, 6, 7}) { // user, nice, system, irq, softirq
        busy += Long.parseLong(fields[field]) * TICK_MS;
      }
      return new long[] {busy, Long.parseLong(fields[STOLEN_FIELD]) * TICK_MS};
    } catch (IOException e) {
      return new long[2];
    }
  }
}
