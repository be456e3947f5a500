package io.wirelace.benchmarks.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;

/**
 * What more connections than were measured would take, as straight lines from the largest size
 * measured. Nothing here is a measurement but the first column of figures, and the table says so in
 * every row.
 */
record Extrapolation(Figures figures) {
  static final int[] SIZES = {100_000, 1_000_000};

  private static final String PROPORTIONAL = "extrapolated: proportional";
  private static final String CALCULATED = "calculated";
  private static final int HEARTBEAT_S = 15;

  /** Each side probes, and each answers the other's probe. */
  private static final int FRAMES_A_BEAT = 4;

  /** Ports of ip_local_port_range as Linux has it by default, 32768 to 60999. */
  private static final int DEFAULT_PORTS = 28_232;

  /** Ports of the widest sensible range, 1024 to 65535. */
  private static final int MOST_PORTS = 64_512;

  /** One row: a value for the measured size, and by connections. */
  private record Row(String what, String measured, DoubleFunction<String> value, String basis) {}

  /** The table; empty if no connections were measured. */
  Optional<Table> table() {
    List<Integer> sizes = figures.sizes(Cell.Part.CONNECTIONS);
    if (sizes.isEmpty()) {
      return Optional.empty();
    }
    int largest = sizes.getLast();
    List<String> head = new ArrayList<>();
    head.add("what");
    head.add(String.format(Locale.ROOT, "%,d measured", largest));
    for (int size : SIZES) {
      head.add(String.format(Locale.ROOT, "%,d", size));
    }
    head.add("the last two are");
    List<List<String>> rows = new ArrayList<>();
    for (Row row : rows(largest)) {
      List<String> cells = new ArrayList<>(List.of(row.what(), row.measured()));
      for (int size : SIZES) {
        cells.add(row.value().apply(size));
      }
      cells.add(row.basis());
      rows.add(cells);
    }
    return Optional.of(new Table(head, rows));
  }

  private List<Row> rows(int largest) {
    List<Row> rows = new ArrayList<>();
    memory("Server: live heap, idle", "idle_heap", 1, largest, rows);
    memory("Server: live heap, after load", "busy_heap", 1, largest, rows);
    memory("Server: direct memory, after load", "busy_direct", 1, largest, rows);
    memory("Kernel: small objects, one end", "kernel_slab", 0.5, largest, rows);
    cores("Server: processors while idle", "idle_server_cores", largest, rows);
    cores("Server: processors, 1 request/s each", "busy_server_cores", largest, rows);
    proportional("Server: seconds to accept all", largest, seconds(largest), rows);
    rows.add(counted("Heartbeat frames a second, both ways", n -> n * FRAMES_A_BEAT / HEARTBEAT_S));
    rows.add(counted("Server: open files", n -> n + 500));
    rows.add(counted("Client addresses, default port range", n -> Math.ceil(n / DEFAULT_PORTS)));
    rows.add(counted("Client addresses, ports 1024 to 65535", n -> Math.ceil(n / MOST_PORTS)));
    return rows;
  }

  private static Row counted(String what, java.util.function.DoubleUnaryOperator value) {
    return new Row(what, "–", n -> Format.count(value.applyAsDouble(n)), CALCULATED);
  }

  private void memory(String what, String number, double share, int largest, List<Row> rows) {
    figures
        .atLargest(Cell.Part.CONNECTIONS, number)
        .map(each -> Math.max(0, each * share))
        .ifPresent(each ->
            rows.add(
                new Row(
                    what,
                    Format.bytes(each * largest),
                    n -> Format.bytes(each * n),
                    PROPORTIONAL)));
  }

  private void cores(String what, String number, int largest, List<Row> rows) {
    figures
        .atLargest(Cell.Part.CONNECTIONS, number)
        .ifPresent(cores -> proportional(what, largest, Optional.of(cores), rows));
  }

  private Optional<Double> seconds(int largest) {
    return figures.atLargest(Cell.Part.CONNECTIONS, "accept_rate").map(rate -> largest / rate);
  }

  private static void proportional(
      String what, int largest, Optional<Double> measured, List<Row> rows) {
    measured.ifPresent(value ->
        rows.add(
            new Row(
                what,
                Format.number(value),
                n -> Format.number(value * n / largest),
                PROPORTIONAL)));
  }
}
