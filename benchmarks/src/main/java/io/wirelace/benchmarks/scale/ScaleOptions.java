package io.wirelace.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** What the command line says. Filled while it is read, then left alone. */
final class ScaleOptions {
  static final String USAGE =
      """
      usage: benchmarks/scale [options]
        --quick          one short run of small sizes, to see that all works; writes to benchmarks/target/scale/quick
        --only A,B       these only: connections, heartbeat, fan-out, latency, or one size of them such as latency:100
        --runs N         how often each is run (3); runs are added to those that are in the output already
        --seed N         of the schedules of arrivals (1)
        --noise SHARE    a run is repeated, twice at most, when others took more of the machine (0.05)
        --out DIR        where results go (docs/benchmarks/scale)
        --fresh          forget what is in the output already
        --render         no measuring: write the pages anew from DIR/results.jsonl
      """;

  int runs = 3;
  int attempts = 3;
  double noise = 0.05;
  long seed = 1;
  Times times = Times.FULL;
  List<Cell> cells;
  boolean fresh;
  boolean render;
  boolean help;
  Path out = Path.of("docs", "benchmarks", "scale");
  String command = "";

  private ScaleOptions(boolean quick) throws IOException {
    cells = quick ? quickCells() : allCells();
    if (quick) {
      runs = 1;
      attempts = 1;
      times = Times.QUICK;
      fresh = true;
      out = Path.of("benchmarks", "target", "scale", "quick");
    }
  }

  static ScaleOptions parse(String[] args) throws IOException {
    Deque<String> left = new ArrayDeque<>(List.of(args));
    ScaleOptions options = new ScaleOptions(left.contains("--quick"));
    while (!left.isEmpty()) {
      options.take(left.pop(), left);
    }
    return options;
  }

  private static List<Cell> allCells() throws IOException {
    List<Cell> cells = new ArrayList<>();
    int most = Limits.mostConnections();
    Stream.of(1_000, 10_000, most)
        .filter(size -> size <= most)
        .distinct()
        .forEach(size -> cells.add(new Cell(Cell.Part.CONNECTIONS, size)));
    if (most >= Cell.HEARTBEAT_CONNECTIONS) {
      Stream.of(0, 5, 60).forEach(size -> cells.add(new Cell(Cell.Part.HEARTBEAT, size)));
    }
    Stream.of(10, 100, 1_000, 10_000)
        .filter(size -> size <= most)
        .forEach(size -> cells.add(new Cell(Cell.Part.FAN_OUT, size)));
    Stream.of(1, 100, 1_000)
        .filter(size -> size <= most)
        .forEach(size -> cells.add(new Cell(Cell.Part.LATENCY, size)));
    return cells;
  }

  private static List<Cell> quickCells() {
    return Stream.of(
            "connections:100",
            "connections:500",
            "fan-out:10",
            "fan-out:100",
            "latency:1",
            "latency:10")
        .map(Cell::parse)
        .toList();
  }

  private void take(String option, Deque<String> left) {
    switch (option) {
      case "--quick" -> {} // taken first
      case "--help", "-h" -> help = true;
      case "--only" -> cells = only(List.of(value(option, left).split(",", -1)));
      case "--runs" -> runs = Integer.parseInt(value(option, left));
      case "--seed" -> seed = Long.parseLong(value(option, left));
      case "--noise" -> noise = Double.parseDouble(value(option, left));
      case "--out" -> out = Path.of(value(option, left));
      case "--fresh" -> fresh = true;
      case "--render" -> render = true;
      case "--command" -> command = value(option, left);
      default -> throw new IllegalArgumentException("unknown option " + option);
    }
  }

  private List<Cell> only(List<String> names) {
    List<Cell> chosen = new ArrayList<>();
    for (String name : names) {
      if (name.contains(":")) {
        chosen.add(Cell.parse(name));
      } else {
        Cell.Part part = Cell.Part.named(name);
        cells.stream().filter(cell -> cell.part() == part).forEach(chosen::add);
      }
    }
    return chosen;
  }

  private static String value(String option, Deque<String> left) {
    String value = left.poll();
    if (value == null) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return value;
  }
}
