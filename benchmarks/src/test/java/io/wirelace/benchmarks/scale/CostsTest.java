package io.wirelace.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CostsTest {
  private static final long SERVER = 1;
  private static final List<Long> CLIENTS = List.of(2L, 3L);

  private static Costs costs(long atMs, Map<Long, Long> processMs, long stolenMs) {
    return new Costs(atMs * 1_000_000, processMs, stolenMs, SERVER, CLIENTS);
  }

  @Test
  void clientsAreAddedUpAndAllOthersAreNoise() {
    Costs before = costs(0, Map.of(1L, 100L, 2L, 10L, 3L, 0L, 9L, 50L), 0);
    Costs after = costs(1000, Map.of(1L, 600L, 2L, 110L, 3L, 200L, 9L, 150L, 10L, 40L), 60);

    Numbers used = after.since(before);

    assertThat(used.get("server_cores")).isEqualTo(0.5);
    assertThat(used.get("client_cores")).isEqualTo(0.3);
    assertThat(used.get("noise"))
        .isEqualTo(0.2 / Runtime.getRuntime().availableProcessors()); // 100 + 40 + 60 stolen
  }

  @Test
  void theWorstPhaseIsTheNoiseOfARun() {
    Measurement run =
        new Measurement(
            "latency", 1, 1, "", "", Map.of("at10_noise", 0.02, "at50_noise", 0.3, "rate", 9.0));

    assertThat(run.noise()).isEqualTo(0.3);
  }
}
