package io.wirelace.benchmarks.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RequestingTest {
  private static final long DURATION_NS = 20_000_000; // 20 ms

  /** Answers at once, on the thread that asks. */
  private static class AtOnce implements Driver {
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger firstRequests = new AtomicInteger();

    @Override
    public void requests(ClosedLoop loop, byte[] body) {
      connections.incrementAndGet();
      firstRequests.addAndGet(loop.depth());
      for (int i = 0; i < loop.depth(); i++) {
        while (loop.answered(System.nanoTime(), System.nanoTime())) {
          Thread.onSpinWait();
        }
      }
    }

    @Override
    public Count oneWay(Flood flood) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void call(byte[] body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void openAnother(byte[] body) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void eachConnectionHasItsDepthAndAllAnswersAreCounted() throws Exception {
    AtOnce driver = new AtOnce();
    Histogram latencyNs = new Histogram(3);

    long answers =
        new Requesting(driver, Workload.parse("many5x16:64")).run(DURATION_NS, latencyNs);

    assertThat(driver.connections).hasValue(5);
    assertThat(driver.firstRequests).hasValue(5 * 16);
    assertThat(answers).isGreaterThanOrEqualTo(5 * 16).isEqualTo(latencyNs.getTotalCount());
  }

  @Test
  void aConnectionThatFailsFailsTheCell() {
    AtOnce driver =
        new AtOnce() {
          private final AtomicInteger asked = new AtomicInteger();

          @Override
          public void requests(ClosedLoop loop, byte[] body) {
            if (asked.incrementAndGet() == 2) {
              throw new IllegalStateException("refused");
            }
            super.requests(loop, body);
          }
        };

    assertThatThrownBy(() ->
            new Requesting(driver, Workload.parse("many3x1:64")).run(DURATION_NS, new Histogram(3)))
        .hasMessage("a connection failed")
        .hasRootCauseMessage("refused");
  }

  @Test
  void theNameSaysConnectionsDepthAndBytes() {
    assertThat(Workload.parse("many50x16:64"))
        .isEqualTo(new Workload(Workload.Kind.REQUESTS, 64, 16, 50, Bodies.Content.PLAIN));
    assertThat(Workload.parse("rr256:64"))
        .isEqualTo(new Workload(Workload.Kind.REQUESTS, 64, 256, 1, Bodies.Content.PLAIN));
    assertThat(Workload.parse("json-oneway:1024"))
        .isEqualTo(new Workload(Workload.Kind.ONE_WAY, 1024, 1, 1, Bodies.Content.JSON));
    assertThatThrownBy(() -> Workload.parse("json-idle:9")).hasMessageContaining("json-rr16");
    assertThatThrownBy(() -> Workload.parse("many0x16:64")).hasMessageContaining("too small");
  }

  @Test
  void bodiesLikeJsonDifferAndSayWhatTheyAreFor() {
    byte[][] bodies = Bodies.Content.JSON.bodies(Bodies.ECHO, 1024);

    assertThat(Integer.bitCount(bodies.length)).isOne();
    assertThat(bodies[0]).hasSize(1024).startsWith(Bodies.ECHO).isNotEqualTo(bodies[1]);
    assertThat(new String(bodies[0], StandardCharsets.US_ASCII)).contains("{\"id\":");
  }
}
