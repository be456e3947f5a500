package io.wirelace.benchmarks.scale;

import io.wirelace.Client;
import io.wirelace.ClientBuilder;
import io.wirelace.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Many connections of one process to one server. Destinations take turns between several loopback
 * addresses, so that source ports do not run out. One thread opens; the clients are read by any
 * once they are open.
 */
final class Connections {
  /** Connects under way at a time. */
  private static final int OPENING = 64;

  private static final int DESTINATIONS = 4;
  private static final int PATIENCE_S = 60;

  private final int port;
  private final Supplier<ClientBuilder> builders;
  private final List<Client> clients = new ArrayList<>();

  Connections(int port, Supplier<ClientBuilder> builders) {
    this.port = port;
    this.builders = builders;
  }

  /** Opens so many more; each is connected and greeted when this returns. */
  void open(int count) throws InterruptedException {
    Queue<Client> opened = new ConcurrentLinkedQueue<>();
    Semaphore places = new Semaphore(OPENING);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    ClientBuilder builder = builders.get();
    for (int i = 0; i < count && failure.get() == null; i++) {
      take(places, 1);
      builder
          .connectAsync("tcp://" + destination(clients.size() + i) + ":" + port)
          .whenComplete((client, failed) -> {
            if (failed == null) {
              opened.add(client);
            } else {
              failure.compareAndSet(null, failed);
            }
            places.release();
          });
    }
    take(places, OPENING);
    clients.addAll(opened);
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException(
          "connection " + (clients.size() + 1) + " could not be opened", failed);
    }
  }

  /** The loopback address that a connection goes to. */
  static String destination(int index) {
    return "127.0.0." + (1 + index % DESTINATIONS);
  }

  private static void take(Semaphore places, int count) throws InterruptedException {
    if (!places.tryAcquire(count, PATIENCE_S, TimeUnit.SECONDS)) {
      throw new IllegalStateException("connecting takes longer than " + PATIENCE_S + " s");
    }
  }

  /** Sends one request on each and waits for the answers. */
  void touch(String route, byte[] body) throws InterruptedException {
    Semaphore places = new Semaphore(OPENING);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    for (Client client : clients) {
      take(places, 1);
      client
          .requestAsync(route, body)
          .whenComplete((answer, failed) -> {
            if (failed != null) {
              failure.compareAndSet(null, failed);
            }
            places.release();
          });
    }
    take(places, OPENING);
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("a request failed", failed);
    }
  }

  /** Closes all, and waits until each is closed. */
  void close() {
    clients.forEach(client -> client.session().close());
    clients.forEach(Client::close);
    clients.clear();
  }

  int size() {
    return clients.size();
  }

  Session session(int index) {
    return clients.get(index).session();
  }
}
