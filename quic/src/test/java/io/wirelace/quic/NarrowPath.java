package io.wirelace.quic;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A program that carries 100 kB both ways over QUIC on a loopback that carries less than its
 * datagrams may have. Started by {@link NarrowPathTest} in a network of its own.
 */
final class NarrowPath extends QuicCase {
  private static final Duration LONG = Duration.ofSeconds(20);

  private NarrowPath() {}

  /** Arguments: the MTU at first, the MTU while it runs, the endpoint's options. */
  public static void main(String[] args) throws Exception {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    narrow(args[0]);
    try (Server server =
            Wirelace.server()
                .listen("quic://127.0.0.1:0?" + args[2])
                .tls(TLS)
                .on(events::add)
                .route("echo", (session, message) -> message.body())
                .start();
        Client client =
            client()
                .on(events::add)
                .connectTimeout(LONG)
                .connect(at(port(server)) + "?" + args[2])) {
      echo(client);
      narrow(args[1]);
      for (int i = 0; i < 10; i++) {
        echo(client);
      }
    }
    events.stream()
        .filter(e -> e instanceof Event.DatagramsDropped || e instanceof Event.PathNarrowed)
        .forEach(System.out::println);
    System.exit(0);
  }

  private static void narrow(String mtu) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("ip", "link", "set", "lo", "up", "mtu", mtu)
            .inheritIO()
            .start()
            .waitFor();
    if (status != 0) {
      throw new IOException("ip: " + status);
    }
  }

  private static void echo(Client client) {
    System.out.println("echo " + client.request("echo", new byte[100_000], LONG).length);
  }
}
