package io.wirelace.benchmarks.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Several threads that each connect, call once and close, again and again. */
final class Connecting {
  private final Driver driver;
  private final Workload workload;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  Connecting(Driver driver, Workload workload) {
    this.driver = driver;
    this.workload = workload;
  }

  /** Runs for so long; how many connections were made and used. */
  long run(long durationNs, Histogram latencyNs) throws Exception {
    long deadline = System.nanoTime() + durationNs;
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < workload.parallel(); i++) {
      lanes.add(new Lane(deadline));
    }
    lanes.forEach(Thread::start);
    long made = 0;
    for (Lane lane : lanes) {
      lane.join();
      made += lane.made;
      latencyNs.add(lane.latencyNs);
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return made;
  }

  private final class Lane extends Thread {
    private final Histogram latencyNs = new Histogram(3);
    private final byte[] body = Bodies.of(Bodies.ECHO, workload.bodyBytes());
    private final long deadline;
    private long made;

    Lane(long deadline) {
      this.deadline = deadline;
    }

    @Override
    public void run() {
      try {
        long before = System.nanoTime();
        while (before - deadline < 0 && failure.get() == null) {
          driver.connectOnce(body);
          long now = System.nanoTime();
          latencyNs.recordValue(now - before);
          before = now;
          made++;
        }
      } catch (Exception e) {
        failure.compareAndSet(null, e);
      }
    }
  }
}
