package io.wirelace.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The limits of this system that connections run into, from Linux's {@code /proc}. */
final class Limits {
  /** Descriptors of the server that are not connections, with room to spare. */
  private static final int OTHER_FILES = 500;

  private static final List<String> SETTINGS =
      List.of(
          "fs/nr_open",
          "fs/file-max",
          "net/ipv4/ip_local_port_range",
          "net/core/somaxconn",
          "net/ipv4/tcp_max_syn_backlog",
          "net/ipv4/tcp_mem",
          "net/ipv4/tcp_rmem",
          "net/ipv4/tcp_wmem",
          "net/netfilter/nf_conntrack_max");

  private Limits() {}

  /** As many connections as one server process may hold here. */
  static int mostConnections() throws IOException {
    return openFiles() - OTHER_FILES;
  }

  /** How many files a process may have open. */
  static int openFiles() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max open files")) {
        String soft = line.substring("Max open files".length()).strip().split("\\s+", -1)[0];
        return soft.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(soft);
      }
    }
    throw new IOException("no limit of open files in /proc/self/limits");
  }

  /**
   * The settings of the kernel, as sysctl names them; those that it lacks are said to be absent.
   */
  static String kernel() throws IOException {
    List<String> told = new ArrayList<>();
    for (String setting : SETTINGS) {
      Path file = Path.of("/proc/sys", setting);
      // By lines: such a file gives all of itself to the first read, and nothing to a second.
      String value = Files.isReadable(file) ? String.join(" ", Files.readAllLines(file)) : "absent";
      told.add(setting.replace('/', '.') + " = " + value.replaceAll("\\s+", " "));
    }
    return String.join("; ", told);
  }
}
