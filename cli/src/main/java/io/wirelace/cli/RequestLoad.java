package io.wirelace.cli;

import io.wirelace.Client;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests, as many in flight on each connection as the depth says. Without a rate each answer
 * starts the next request, on the event loop. With a rate a thread sends them at their times, and
 * an answer's time counts from when the request should have been sent.
 */
final class RequestLoad implements Load {
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(40);
  private static final double NS_PER_S = 1e9;
  private static final String WHAT = "time to the answer";

  private final LoadPlan plan;
  private final String route;
  private final byte[] body;

  RequestLoad(LoadPlan plan) {
    this.plan = plan;
    this.route = plan.route("echo");
    this.body = new byte[plan.size()];
  }

  /** The requests of one connection in one phase. Any thread. */
  private final class Lane implements Phase.Work {
    private final Client client;
    private final Phase phase;
    private final Latencies latencies = Latencies.of(WHAT);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    /** What may be in flight, less what is. */
    private final Semaphore free = new Semaphore(plan.depth());

    Lane(Client client, Phase phase) {
      this.client = client;
      this.phase = phase;
    }

    @Override
    public void run() throws InterruptedException {
      Pace pace = plan.pace();
      if (pace.isLimited()) {
        while (!phase.isOver() && client.isOpen()) {
          long intended = pace.await(phase);
          free.acquire();
          request(intended).whenComplete((answer, thrown) -> free.release());
        }
      } else {
        free.acquire(plan.depth());
        for (int i = 0; i < plan.depth(); i++) {
          chain();
        }
      }
      // All permits are back when the last answer is there.
      if (!free.tryAcquire(plan.depth(), untilLast().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new CommandFailed(ExitCode.FAILED, "the last answers did not come");
      }
    }

    private Duration untilLast() {
      return plan.warmup().plus(plan.time()).plus(LAST_ANSWERS);
    }

    private void chain() {
      request(System.nanoTime())
          .whenComplete((answer, thrown) -> {
            if (phase.isOver() || !client.isOpen()) {
              free.release();
            } else if (thrown == null) {
              chain();
            } else {
              CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS).execute(this::chain);
            }
          });
    }

    private CompletableFuture<byte[]> request(long intended) {
      sent.incrementAndGet();
      return client
          .requestAsync(route, body)
          .whenComplete((answer, thrown) -> {
            if (thrown == null && answer.length == plan.size()) {
              latencies.record(System.nanoTime() - intended);
              answered.incrementAndGet();
            } else {
              failed.incrementAndGet();
            }
          });
    }
  }

  @Override
  public LoadResult run(Progress progress) throws InterruptedException {
    try (Connections connections = Connections.open(plan)) {
      request(connections.clients(), plan.warmup(), progress);
      long start = System.nanoTime();
      List<Lane> lanes = request(connections.clients(), plan.time(), progress);
      double seconds = (System.nanoTime() - start) / NS_PER_S;
      long sent = lanes.stream().mapToLong(lane -> lane.sent.get()).sum();
      long answered = lanes.stream().mapToLong(lane -> lane.answered.get()).sum();
      long failed = lanes.stream().mapToLong(lane -> lane.failed.get()).sum();
      return new LoadResult(
          plan,
          seconds,
          answered,
          Latencies.sum(WHAT, lanes.stream().map(lane -> lane.latencies).toList()),
          failed,
          sent - answered - failed);
    }
  }

  private List<Lane> request(List<Client> clients, Duration time, Progress progress)
      throws InterruptedException {
    Phase phase = new Phase();
    List<Lane> lanes = new ArrayList<>();
    clients.forEach(client -> lanes.add(new Lane(client, phase)));
    if (!time.isZero()) {
      phase.run(lanes, time, progress, () -> lanes.stream().mapToLong(l -> l.answered.get()).sum());
    }
    return lanes;
  }
}
