package io.wirelace.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cells of real processes, as short as they can be. */
class CellTest {
  private static final Cell.Times SHORT =
      new Cell.Times(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ZERO);

  @ParameterizedTest
  @CsvSource({"wirelace, oneway:64", "netty-tuned, rr256:64"})
  void theReceiverCountsWhatWasSent(String contender, String workload) throws Exception {
    Cell cell =
        new Cell(Entrant.named(contender), workload, SHORT, System.getProperty("java.class.path"));

    Map<String, Double> numbers = cell.run();

    assertThat(numbers).containsKeys("rate", "client_ns", "server_ns", "noise");
    assertThat(numbers.get("received")).isPositive().isEqualTo(numbers.get("sent"));
  }

  @ParameterizedTest
  @CsvSource("wirelace, idle:50")
  void idleConnectionsCostMemory(String contender, String workload) throws Exception {
    Cell cell =
        new Cell(Entrant.named(contender), workload, SHORT, System.getProperty("java.class.path"));

    Map<String, Double> numbers = cell.run();

    assertThat(numbers.get("connections")).isEqualTo(50);
    assertThat(numbers).containsKeys("bytes", "heap_bytes", "rss_bytes");
  }
}
