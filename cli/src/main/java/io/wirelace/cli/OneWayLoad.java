package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.error.WirelaceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Notifications as fast as the receiver lets them through, one thread a connection. What counts is
 * what the receiver counted. The times are how long {@code send} held its caller: of every message
 * at a given rate (against the time it should have been sent), of every 64th otherwise.
 */
final class OneWayLoad implements Load {
  private static final byte[] NOTHING = new byte[0];
  private static final Duration COUNT_TIMEOUT = Duration.ofSeconds(60);
  private static final int MOST_QUESTIONS = 30;
  private static final int SAMPLE_MASK = 63;
  private static final double NS_PER_S = 1e9;
  private static final String WHAT = "time in send";

  private final LoadPlan plan;
  private final String route;
  private final byte[] body;

  OneWayLoad(LoadPlan plan) {
    this.plan = plan;
    this.route = plan.route("sink");
    this.body = new byte[plan.size()];
  }

  /** What one connection sends in one phase; written by its thread. */
  private final class Lane implements Phase.Work {
    private final Client client;
    private final Phase phase;
    private final Latencies latencies = Latencies.of(WHAT);
    private final AtomicLong sent = new AtomicLong();
    private long errors;

    Lane(Client client, Phase phase) {
      this.client = client;
      this.phase = phase;
    }

    @Override
    public void run() {
      Pace pace = plan.pace();
      long count = 0;
      while (!phase.isOver()) {
        try {
          if (pace.isLimited() || (count & SAMPLE_MASK) == 0) {
            sent.lazySet(count);
            sendTimed(pace);
          } else {
            client.send(route, body);
          }
          count++;
        } catch (WirelaceException e) {
          errors++;
          if (!client.isOpen()) {
            break;
          }
        }
      }
      sent.set(count);
    }

    private void sendTimed(Pace pace) {
      long intended = pace.await(phase);
      client.send(route, body);
      latencies.record(System.nanoTime() - intended);
    }
  }

  @Override
  public LoadResult run(Progress progress) throws InterruptedException {
    try (Connections connections = Connections.open(plan)) {
      List<Client> clients = connections.clients();
      send(clients, plan.warmup(), progress);
      long before = counted(clients);
      long start = System.nanoTime();
      List<Lane> lanes = send(clients, plan.time(), progress);
      long messages = counted(clients) - before;
      double seconds = (System.nanoTime() - start) / NS_PER_S;
      long sent = lanes.stream().mapToLong(lane -> lane.sent.get()).sum();
      return new LoadResult(
          plan,
          seconds,
          messages,
          Latencies.sum(WHAT, lanes.stream().map(lane -> lane.latencies).toList()),
          lanes.stream().mapToLong(lane -> lane.errors).sum(),
          sent - messages);
    }
  }

  private List<Lane> send(List<Client> clients, Duration time, Progress progress)
      throws InterruptedException {
    Phase phase = new Phase();
    List<Lane> lanes = new ArrayList<>();
    clients.forEach(client -> lanes.add(new Lane(client, phase)));
    if (!time.isZero()) {
      phase.run(lanes, time, progress, () -> lanes.stream().mapToLong(l -> l.sent.get()).sum());
    }
    return lanes;
  }

  /** Asks again where the question or its answer may have been lost. */
  private static byte[] ask(Client client) {
    if (!Carrier.mayLose(client.session().transport())) {
      return client.request("sink.count", NOTHING, COUNT_TIMEOUT);
    }
    WirelaceException last = null;
    for (int i = 0; i < MOST_QUESTIONS; i++) {
      try {
        return client.request("sink.count", NOTHING, COUNT_TIMEOUT.dividedBy(MOST_QUESTIONS));
      } catch (WirelaceException e) {
        last = e;
      }
    }
    throw Objects.requireNonNull(last);
  }

  /** What the receiver has counted once all that was sent before has been handled. */
  private static long counted(List<Client> clients) {
    long total = 0;
    for (Client client : clients) {
      // Handled in the order sent, so this answer comes after all the notifications before it.
      total = Long.parseLong(new String(ask(client), UTF_8));
    }
    return total;
  }
}
