package io.wirelace.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @Test
  void aLineIsReadAsItWasWritten() {
    Numbers numbers = new Numbers().put("rate", 12.5).put("count", 3L);

    assertThat(numbers).hasToString("rate=12.5000 count=3.0000");
    assertThat(Numbers.parse(numbers.toString()).map()).isEqualTo(numbers.map());
    assertThat(Numbers.parse("").map()).isEmpty();
    assertThatThrownBy(() -> Numbers.parse("rate")).hasMessageContaining("name=value");
    assertThatThrownBy(() -> numbers.get("other")).hasMessageContaining("[rate, count]");
  }

  @Test
  void ofSeveralProcessesCountsAreAddedAndTimesAreTheSlowest() {
    Numbers merged =
        Rig.merged(
            List.of(
                Numbers.parse("rate=10 p99_us=7 seconds=2"),
                Numbers.parse("rate=5 p99_us=9 seconds=1")));

    assertThat(merged).hasToString("rate=15.0000 p99_us=9.0000 seconds=2.0000");
  }

  @Test
  void connectionsAreSharedEvenlyByAsFewProcessesAsPossible() {
    assertThat(Rig.shares(10_000, 10_000)).containsExactly(10_000);
    assertThat(Rig.shares(10_001, 10_000)).containsExactly(5001, 5000);
    assertThat(Rig.shares(1, 10_000)).containsExactly(1);
  }

  @Test
  void theWindowHoldsTwentyThousandDeliveriesWithinItsBounds() {
    assertThat(FanOutRun.window(10)).isEqualTo(2000);
    assertThat(FanOutRun.window(1)).isEqualTo(Subscribers.SLOTS / 2);
    assertThat(FanOutRun.window(10_000)).isEqualTo(2);
    assertThat(FanOutRun.window(1_000_000)).isEqualTo(2);
  }

  @Test
  void destinationsTakeTurns() {
    assertThat(Connections.destination(0)).isEqualTo("127.0.0.1");
    assertThat(Connections.destination(3)).isEqualTo("127.0.0.4");
    assertThat(Connections.destination(4)).isEqualTo("127.0.0.1");
  }

  @Test
  void whatTheKernelHoldsMoreIsSharedByTheConnections() {
    KernelMemory before =
        KernelMemory.of(
            List.of("MemAvailable:  2000 kB", "Slab:  100 kB"),
            List.of("sockets: used 12", "TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 10"),
            List.of("TCP  4 8 2048 13 8 : tunables"));
    KernelMemory after =
        KernelMemory.of(
            List.of("MemAvailable:  1000 kB", "Slab:  300 kB"),
            List.of("TCP: inuse 21 orphan 0 tw 0 alloc 21 mem 30"),
            List.of("TCP  24 26 2048 13 8 : tunables", "unknown 1 1 1 1 1"));

    assertThat(after.since(before, 10).map())
        .containsEntry("kernel_available", -102_400.0)
        .containsEntry("kernel_slab", 20_480.0)
        .containsEntry("kernel_tcp", 8192.0)
        .containsEntry("kernel_slab_TCP", 4096.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.01234 | 0.0123",
        "0.5 | 0.500",
        "4.567 | 4.57",
        "45.67 | 45.7",
        "12345.6 | 12,346"
      })
  void numbersHaveThreeDigitsThatCount(double value, String text) {
    assertThat(Format.number(value)).isEqualTo(text);
  }

  @Test
  void oneRunHasNoSpreadAndNoneIsADash() {
    assertThat(Format.spread(Optional.of(Spread.of(List.of(5.0))))).isEqualTo("5.00");
    assertThat(Format.spread(Optional.of(Spread.of(List.of(5.0, 7.0)))))
        .isEqualTo("6.00 (5.00 … 7.00)");
    assertThat(Format.spread(Optional.empty())).isEqualTo("–");
    assertThat(Format.spread(Optional.of(Spread.of(List.of(5.0, 7.0)).times(-1))))
        .isEqualTo("-6.00 (-7.00 … -5.00)");
    assertThat(Format.count(10)).isEqualTo("10");
    assertThat(Format.bytes(5_878_120_448.0)).isEqualTo("5.47 GiB");
  }
}
