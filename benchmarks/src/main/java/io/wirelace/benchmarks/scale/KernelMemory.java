package io.wirelace.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the whole system holds for sockets, from Linux's {@code /proc}. Both ends of a connection
 * are here, so it is twice what a server alone has. What cannot be read is left out.
 *
 * @param numbers bytes by name: {@code slab} (all of the kernel's small objects), {@code tcp}
 *     (socket buffers), {@code available}, and {@code slab_…} for caches where that may be read
 */
record KernelMemory(Map<String, Double> numbers) {
  private static final int PAGE_BYTES = 4096;
  private static final List<String> CACHES =
      List.of("TCP", "TCPv6", "sock_inode_cache", "dentry", "filp", "eventpoll_epi", "ep_head");

  static KernelMemory now() throws IOException {
    return of(lines("/proc/meminfo"), lines("/proc/net/sockstat"), lines("/proc/slabinfo"));
  }

  /** Reads the lines of meminfo, sockstat and slabinfo. */
  static KernelMemory of(List<String> meminfo, List<String> sockstat, List<String> slabinfo) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (String line : meminfo) {
      String[] words = line.split("\\s+", -1);
      switch (words[0]) {
        case "Slab:" -> numbers.put("slab", 1024 * Double.parseDouble(words[1]));
        case "MemAvailable:" -> numbers.put("available", 1024 * Double.parseDouble(words[1]));
        default -> {}
      }
    }
    for (String line : sockstat) {
      if (line.startsWith("TCP:")) {
        String pages = line.substring(line.lastIndexOf("mem ") + 4).strip();
        numbers.put("tcp", PAGE_BYTES * Double.parseDouble(pages));
      }
    }
    for (String line : slabinfo) {
      String[] words = line.split("\\s+", -1);
      if (CACHES.contains(words[0])) {
        double bytes = Double.parseDouble(words[1]) * Double.parseDouble(words[3]);
        numbers.put("slab_" + words[0], bytes);
      }
    }
    return new KernelMemory(numbers);
  }

  /** How much more it is than before, by connection. */
  Numbers since(KernelMemory before, int connections) {
    Numbers more = new Numbers();
    numbers.forEach((name, now) -> {
      Double then = before.numbers.get(name);
      if (then != null) {
        more.put("kernel_" + name, (now - then) / connections);
      }
    });
    return more;
  }

  private static List<String> lines(String file) throws IOException {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (NoSuchFileException | java.nio.file.AccessDeniedException e) {
      return new ArrayList<>();
    }
  }
}
