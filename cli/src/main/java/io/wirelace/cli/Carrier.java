package io.wirelace.cli;

import io.wirelace.config.Defaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One transport as {@code bench} and {@code demo} open it on this machine.
 *
 * @param name the URI scheme
 * @param listen where a server listens
 * @param trust what a client's URI says besides, or empty
 */
record Carrier(String name, String listen, String trust) {
  /** All between two processes, in the order they are shown. */
  static final List<String> NAMES = List.of("tcp", "tls", "unix", "ws", "wss", "quic", "udp");

  /** How a client reaches it, from what the server printed. */
  String connect(String bound) {
    return trust.isEmpty() ? bound : bound + "?" + trust;
  }

  /** Whether a message that was sent may not arrive. */
  static boolean mayLose(String name) {
    return name.equals("udp");
  }

  /** The carriers of one run, and a folder of their own for a socket and certificates. */
  static final class Set implements AutoCloseable {
    private final Path folder;
    private final Map<String, Carrier> all = new LinkedHashMap<>();

    /** Makes what they need: certificates only where one of them wants some. */
    Set(List<String> names) {
      try {
        folder = Files.createTempDirectory("lace-");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      boolean secure = names.stream().anyMatch(Set::isSecure);
      DevCertificates certificates = secure ? DevCertificates.in(folder) : null;
      String server = certificates == null ? "" : certificates.serverOptions();
      String client = certificates == null ? "" : certificates.clientOptions();
      for (String name : names) {
        boolean tls = isSecure(name);
        all.put(name, new Carrier(name, listen(name, server), tls ? client : ""));
      }
    }

    private static boolean isSecure(String name) {
      return name.equals("tls") || name.equals("wss") || name.equals("quic") || name.equals("any");
    }

    private String listen(String name, String serverOptions) {
      String local = name + "://" + Defaults.HOST + ":0";
      return switch (name) {
        case "unix" -> "unix:" + folder.resolve("lace.sock");
        case "memory" -> "memory://lace";
        case "ws" -> local + "/lace";
        case "wss" -> local + "/lace?" + serverOptions;
        default -> isSecure(name) ? local + "?" + serverOptions : local;
      };
    }

    List<Carrier> all() {
      return new ArrayList<>(all.values());
    }

    /** Takes the folder away. */
    @Override
    public void close() {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
