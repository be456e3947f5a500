package io.wirelace.benchmarks.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.HdrHistogram.Histogram;

/**
 * Requests in flight on each of some connections. The requests of a connection are driven by its
 * callbacks; a thread each only opens it and waits for its end.
 */
final class Requesting {
  private final Driver driver;
  private final Workload workload;

  Requesting(Driver driver, Workload workload) {
    this.driver = driver;
    this.workload = workload;
  }

  /** Runs for so long; how many requests were answered, on all connections together. */
  long run(long durationNs, Histogram latencyNs) throws Exception {
    if (workload.connections() == 1) {
      return new Lane(durationNs, latencyNs).call();
    }
    List<Lane> lanes = new ArrayList<>();
    List<FutureTask<Long>> tasks = new ArrayList<>();
    for (int i = 0; i < workload.connections(); i++) {
      Lane lane = new Lane(durationNs, new Histogram(latencyNs));
      lanes.add(lane);
      tasks.add(new FutureTask<>(lane::call));
    }
    tasks.forEach(task -> Thread.ofPlatform().daemon().name("requesting").start(task));
    long answers = 0;
    for (FutureTask<Long> task : tasks) {
      answers += outcome(task);
    }
    lanes.forEach(lane -> latencyNs.add(lane.latencyNs));
    return answers;
  }

  private static long outcome(FutureTask<Long> task) throws InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a connection failed", e.getCause());
    }
  }

  private final class Lane {
    private final byte[] body = workload.content().bodies(Bodies.ECHO, workload.bodyBytes())[0];
    private final Histogram latencyNs;
    private final ClosedLoop loop;

    Lane(long durationNs, Histogram latencyNs) {
      this.latencyNs = latencyNs;
      this.loop = new ClosedLoop(workload.parallel(), durationNs, latencyNs);
    }

    long call() throws Exception {
      driver.requests(loop, body);
      return loop.await();
    }
  }
}
