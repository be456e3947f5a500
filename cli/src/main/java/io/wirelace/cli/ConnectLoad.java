package io.wirelace.cli;

import io.wirelace.Client;
import io.wirelace.error.WirelaceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Connections: connect, one request to the default handler, close; as many at once as the plan has
 * connections. The time is that from the start of connecting to the answer.
 */
final class ConnectLoad implements Load {
  private static final double NS_PER_S = 1e9;
  private static final String WHAT = "time to the first answer";

  private final LoadPlan plan;
  private final byte[] body;

  ConnectLoad(LoadPlan plan) {
    this.plan = plan;
    this.body = new byte[plan.size()];
  }

  /** What one thread does in one phase; written by that thread. */
  private final class Lane implements Phase.Work {
    private final Phase phase;
    private final Latencies latencies = Latencies.of(WHAT);
    private final AtomicLong connected = new AtomicLong();
    private long errors;

    Lane(Phase phase) {
      this.phase = phase;
    }

    @Override
    public void run() {
      Pace pace = plan.pace();
      while (!phase.isOver()) {
        long intended = pace.await(phase);
        try (Client client = plan.connect()) {
          client.request("", body);
          latencies.record(System.nanoTime() - intended);
          connected.incrementAndGet();
        } catch (WirelaceException e) {
          errors++;
        }
      }
    }
  }

  @Override
  public LoadResult run(Progress progress) throws InterruptedException {
    try (Client first = plan.connect()) { // says at once what is wrong, and keeps the loops
      first.request("", body);
      connect(plan.warmup(), progress);
      long start = System.nanoTime();
      List<Lane> lanes = connect(plan.time(), progress);
      return new LoadResult(
          plan,
          (System.nanoTime() - start) / NS_PER_S,
          lanes.stream().mapToLong(lane -> lane.connected.get()).sum(),
          Latencies.sum(WHAT, lanes.stream().map(lane -> lane.latencies).toList()),
          lanes.stream().mapToLong(lane -> lane.errors).sum(),
          0);
    }
  }

  private List<Lane> connect(Duration time, Progress progress) throws InterruptedException {
    Phase phase = new Phase();
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < plan.connections(); i++) {
      lanes.add(new Lane(phase));
    }
    if (!time.isZero()) {
      phase.run(
          lanes, time, progress, () -> lanes.stream().mapToLong(l -> l.connected.get()).sum());
    }
    return lanes;
  }
}
