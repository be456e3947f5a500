package io.wirelace.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExtrapolationTest {
  private static Measurement connections(int size, double heap, double cores) {
    return new Measurement(
        "connections",
        size,
        1,
        "abc",
        "",
        Map.of(
            "idle_heap",
            heap,
            "idle_server_cores",
            cores,
            "kernel_slab",
            8192.0,
            "accept_rate",
            5000.0));
  }

  private static List<String> row(String name, Measurement... measurements) {
    Table table = new Extrapolation(new Figures(List.of(measurements))).table().orElseThrow();
    return table.rows().stream().filter(row -> row.getFirst().startsWith(name)).findFirst().get();
  }

  @Test
  void costsGrowInProportionFromTheLargestSize() {
    List<String> heap =
        row("Server: live heap, idle", connections(1000, 9999, 1), connections(10_000, 4096, 0.05));
    List<String> cores = row("Server: processors while idle", connections(10_000, 4096, 0.05));

    assertThat(heap).contains("39.1 MiB", "391 MiB", "3.81 GiB");
    assertThat(cores.subList(1, 4)).containsExactly("0.0500", "0.500", "5.00");
    assertThat(row("Server: seconds", connections(10_000, 1, 1)).subList(1, 4))
        .containsExactly("2.00", "20.0", "200");
  }

  @Test
  void theKernelsMemoryIsHalvedBecauseBothEndsWereMeasured() {
    assertThat(row("Kernel", connections(10_000, 1, 1)).get(2)).isEqualTo("391 MiB");
  }

  @Test
  void everyRowSaysWhatItRestsOn() {
    Table table =
        new Extrapolation(new Figures(List.of(connections(10_000, 4096, 0.05))))
            .table()
            .orElseThrow();

    assertThat(table.head().getLast()).isEqualTo("the last two are");
    assertThat(table.rows())
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.getLast()).matches("(extrapolated|calculated).*"));
  }

  @Test
  void portsDecideHowManyClientAddresses() {
    List<String> usual = row("Client addresses, default", connections(10_000, 1, 1));
    List<String> widest = row("Client addresses, ports", connections(10_000, 1, 1));

    assertThat(usual.subList(2, 4)).containsExactly("4", "36");
    assertThat(widest.subList(2, 4)).containsExactly("2", "16");
  }

  @Test
  void nothingMeasuredIsNothingExtrapolated() {
    assertThat(new Extrapolation(new Figures(List.of())).table()).isEmpty();
  }
}
