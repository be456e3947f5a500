package io.wirelace.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cells of real processes, as short as they can be. */
@EnabledOnOs(OS.LINUX) // they read /proc
class CellTest {
  private static final Times SHORT = new Times(0.1, 0.3, 0, 0.2);

  @Test
  void connectionsAreCountedByTheServerAndCostMemory() throws Exception {
    Numbers numbers = new Cell(Cell.Part.CONNECTIONS, 50).run(SHORT, 1);

    assertThat(numbers.get("accept_rate")).isPositive();
    assertThat(numbers.get("idle_heap")).isPositive();
    assertThat(numbers.get("files")).isEqualTo(1);
    assertThat(numbers.get("busy_unsent")).isZero();
    assertThat(numbers.get("busy_p50_us")).isPositive();
  }

  @Test
  void everySubscriberGetsEveryMessage() throws Exception {
    Numbers numbers = new Cell(Cell.Part.FAN_OUT, 7).run(SHORT, 1);

    assertThat(numbers.get("single_deliveries"))
        .isPositive()
        .isEqualTo(7 * numbers.get("single_messages"));
    assertThat(numbers.get("flood_refused")).isZero();
  }

  @Test
  void latencyIsTakenAtSharesOfCapacity() throws Exception {
    Numbers numbers = new Cell(Cell.Part.LATENCY, 3).run(SHORT, 1);

    assertThat(numbers.get("at50_offered"))
        .isCloseTo(
            numbers.get("capacity_rate") / 2,
            withinPercentage(0.001)); // it is rounded twice: 50 / 100
    assertThat(numbers.get("at10_p99_us")).isPositive();
  }

  @Test
  void cellsAreNamedByPartAndSize() {
    assertThat(Cell.parse("fan-out:10")).isEqualTo(new Cell(Cell.Part.FAN_OUT, 10));
    assertThat(Cell.parse("heartbeat:0").name()).isEqualTo("heartbeat:0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"latency", "latency:0", "speed:10", "latency:x"})
  void otherCellsAreRefused(String name) {
    assertThatThrownBy(() -> Cell.parse(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void partsOrSizesCanBeChosen() throws Exception {
    assertThat(ScaleOptions.parse(new String[] {"--only", "fan-out:7,latency", "--quick"}).cells)
        .extracting(Cell::name)
        .containsExactly("fan-out:7", "latency:1", "latency:10");
    assertThatThrownBy(() -> ScaleOptions.parse(new String[] {"--sizes"}))
        .hasMessage("unknown option --sizes");
    assertThatThrownBy(() -> ScaleOptions.parse(new String[] {"--runs"}))
        .hasMessage("--runs needs a value");
  }
}
