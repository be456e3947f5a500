package io.wirelace.benchmarks.compare;

import io.wirelace.benchmarks.contender.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/** What the command line says. Filled while it is read, then left alone. */
final class Options {
  static final String USAGE =
      """
      usage: benchmarks/compare [options]
        --study NAME       peers (default): Wirelace beside others; transports: over each of its own;
                           compression: with and without; narrow: the same over a slow link, by benchmarks/narrow;
                           regressions: a few short cells beside netty-tuned, held against --ratios (exit code 1)
        --quick            one short run, to see that all works; writes to benchmarks/target/compare/quick
        --runs N           how often each cell is run (5)
        --seconds S        seconds measured in each cell (4)
        --warm-up S        seconds before that, in the same processes (10); three times that for connections
        --only A,B         these contenders only
        --for-targets      only what the study's targets are judged by
        --workloads A,B    these workloads only, such as oneway:64,rr1:64,call:64,idle:10000,threads:4
        --add              keeps what DIR/results.jsonl has of other cells, and says of both how they were made
        --seed N           of the order of the cells (random, and printed)
        --noise SHARE      a cell is run again, twice at most, when others took more of the machine (0.04)
        --out DIR          where results go (docs/benchmarks)
        --store            with regressions: no judging, writes --ratios anew
        --ratios FILE      what regressions are held against (benchmarks/regressions.properties)
        --server-under CMD what starts each server's process, such as 'ip netns exec NAME'
        --host ADDRESS     where servers listen (loopback); not all contenders can
        --built            no building: takes what the last build left
        --render           no measuring: writes page and plot anew from DIR/results.jsonl
      contenders: %s
      """
          .formatted(String.join(" ", Entrant.all().stream().map(Entrant::name).toList()));

  int runs = 5;
  int attempts = 3;
  Duration measured = Duration.ofSeconds(4);
  Duration warmUp = Duration.ofSeconds(10);
  Duration settle = Duration.ofSeconds(2);
  Study study = Study.PEERS;
  List<Entrant> entrants = study.entrants();
  List<String> workloads = study.workloads();
  long seed = RandomGenerator.getDefault().nextLong(1_000_000);
  double noise = 0.04;
  boolean render;
  boolean help;
  boolean store;
  boolean forTargets;
  boolean add;
  Path ratios = Path.of("benchmarks", "regressions.properties");
  Cell.Serving serving = Cell.Serving.HERE;
  Path out = study.out();

  // From the script.
  String command = "";
  Path classPaths = Path.of("benchmarks", "target", "compare");

  private Options() {}

  static Options parse(String[] args) {
    Options options = new Options();
    Deque<String> left = new ArrayDeque<>(List.of(args));
    options.study(left);
    if (left.contains("--quick")) {
      options.quick(); // first, so that what else is given counts more
    }
    while (!left.isEmpty()) {
      options.take(left.pop(), left);
    }
    if (options.forTargets && options.study.targets().isEmpty()) {
      throw new IllegalArgumentException(
          "--for-targets: the study " + options.study.name() + " has none");
    }
    return options;
  }

  /** First, because it says what all others start from. */
  private void study(Deque<String> given) {
    List<String> all = new ArrayList<>(given);
    int at = all.indexOf("--study");
    if (at >= 0 && at + 1 < all.size()) {
      study = Study.named(all.get(at + 1));
      entrants = study.entrants();
      workloads = study.workloads();
      out = study.out();
    }
    if (study.equals(Study.REGRESSIONS)) {
      // So short that three runs take a few minutes; ratios, not rates, are looked at.
      runs = 3;
      attempts = 2;
      warmUp = Duration.ofSeconds(4);
      measured = Duration.ofMillis(1500);
      noise = 0.15;
    }
  }

  private void quick() {
    runs = 1;
    attempts = 1;
    measured = Duration.ofSeconds(1);
    warmUp = Duration.ofSeconds(1);
    workloads = study.quickWorkloads();
    out = Path.of("benchmarks", "target", "compare", "quick", study.name());
  }

  private void take(String option, Deque<String> left) {
    switch (option) {
      case "--quick" -> {} // taken first
      case "--study" -> Study.named(value(option, left)); // taken first, checked here
      case "--help", "-h" -> help = true;
      case "--runs" -> runs = Integer.parseInt(value(option, left));
      case "--seconds" -> measured = seconds(value(option, left));
      case "--warm-up" -> warmUp = seconds(value(option, left));
      case "--only" -> entrants = list(option, left).stream().map(Entrant::named).toList();
      case "--workloads" -> {
        workloads = list(option, left);
        workloads.forEach(Workload::parse);
      }
      case "--seed" -> seed = Long.parseLong(value(option, left));
      case "--noise" -> noise = Double.parseDouble(value(option, left));
      case "--out" -> out = Path.of(value(option, left));
      case "--store" -> store = true;
      case "--add" -> add = true;
      case "--for-targets" -> forTargets = true;
      case "--ratios" -> ratios = Path.of(value(option, left));
      case "--server-under" ->
          serving =
              new Cell.Serving(
                  List.of(value(option, left).strip().split(" +", -1)), serving.host());
      case "--host" -> serving = new Cell.Serving(serving.under(), value(option, left));
      case "--built" -> {} // for the script
      case "--render" -> render = true;
      case "--command" -> command = value(option, left);
      case "--class-paths" -> classPaths = Path.of(value(option, left));
      default -> throw new IllegalArgumentException("unknown option " + option);
    }
  }

  private static String value(String option, Deque<String> left) {
    String value = left.poll();
    if (value == null) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return value;
  }

  private static List<String> list(String option, Deque<String> left) {
    return new ArrayList<>(List.of(value(option, left).split(",", -1)));
  }

  private static Duration seconds(String value) {
    return Duration.ofMillis(Math.round(1000 * Double.parseDouble(value)));
  }
}
