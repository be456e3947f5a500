package io.wirelace.transport.udp;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A program whose machine loses an address and gets it back while it listens. Started by {@link
 * AskedAddressTest} in a network of its own.
 */
final class GoneAddress {
  private static final String ADDRESS = "198.51.100.7"; // for documentation (RFC 5737)

  private GoneAddress() {}

  /** Argument: the I/O backend. */
  public static void main(String[] args) throws Exception {
    ip("link", "set", "lo", "up");
    ip("addr", "add", ADDRESS + "/32", "dev", "lo");
    try (Server server =
        Wirelace.server()
            .listen("udp://*:0")
            .io(args[0])
            .defaultRoute((session, message) -> message.body())
            .start()) {
      int port = URI.create(server.uri()).getPort();
      ask(port);
      awaitSocket(port, true);
      System.out.println("opened");
      ip("addr", "del", ADDRESS + "/32", "dev", "lo");
      awaitSocket(port, false);
      System.out.println("closed");
      ip("addr", "add", ADDRESS + "/32", "dev", "lo");
      if (args[0].equals("nio")) {
        awaitSocket(port, true); // as it is seen on its interface
      }
      ask(port);
      awaitSocket(port, true);
      System.out.println("opened again");
    }
    System.exit(0);
  }

  private static void ask(int port) {
    try (Client client =
        Wirelace.client()
            .connectTimeout(Duration.ofSeconds(20))
            .connect("udp://" + ADDRESS + ":" + port)) {
      client.request("", new byte[1]);
    }
  }

  private static void awaitSocket(int port, boolean there) throws Exception {
    while (hasSocket(port) != there) {
      Thread.sleep(100);
    }
  }

  /** Whether a socket of this machine is bound to the address; IPv4 may show as IPv6. */
  private static boolean hasSocket(int port) throws IOException {
    String local = String.format(Locale.ROOT, "076433C6:%04X", port); // the last byte first
    for (String file : new String[] {"/proc/self/net/udp", "/proc/self/net/udp6"}) {
      try (Stream<String> lines = Files.lines(Path.of(file))) {
        if (lines.anyMatch(line -> line.strip().split("\\s+", -1)[1].endsWith(local))) {
          return true;
        }
      }
    }
    return false;
  }

  private static void ip(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = "ip";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
      throw new IOException(String.join(" ", command));
    }
  }
}
