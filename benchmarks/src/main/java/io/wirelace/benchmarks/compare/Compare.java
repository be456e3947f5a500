package io.wirelace.benchmarks.compare;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * The program behind {@code benchmarks/compare}. In each run every cell (a contender under a
 * workload) comes once, in random order, so that what drifts in the machine meets all alike.
 */
public final class Compare {
  private static final String RESULTS = "results.jsonl";

  private final Options options;
  private final ResultsFile file;
  private final Map<String, String> facts;
  private final List<Result> results = new ArrayList<>();

  private Compare(Options options, ResultsFile file) throws IOException {
    this.options = options;
    this.file = file;
    this.facts = Facts.gather(options, this::classPath);
  }

  /**
   * Runs it. Exit code 1: a cell failed or, of regressions, one was found; 2: the command line is
   * wrong.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println("compare: " + e.getMessage());
      System.err.print(Options.USAGE);
      System.exit(2);
      return;
    }
    if (options.help) {
      System.out.print(Options.USAGE);
      return;
    }
    Files.createDirectories(options.out);
    Path file = options.out.resolve(RESULTS);
    if (options.render) {
      ResultsFile.Content content = ResultsFile.read(file);
      Pages.write(
          options.out,
          Study.named(content.facts().getOrDefault("Study", Study.PEERS.name())),
          content.facts(),
          content.results());
      return;
    }
    Compare compare = new Compare(options, new ResultsFile(file));
    boolean passed =
        options.study.equals(Study.REGRESSIONS) ? compare.regressions() : compare.all();
    System.exit(passed ? 0 : 1);
  }

  private boolean all() throws IOException, InterruptedException {
    if (cells(options.workloads).isEmpty()) {
      System.err.println("compare: nothing to measure: no contender given does any workload given");
      return false;
    }
    if (options.add) {
      keepTheOthers(ResultsFile.read(options.out.resolve(RESULTS)));
    }
    file.start(facts);
    for (Result kept : results) {
      file.add(kept);
    }
    System.out.println("seed " + options.seed);
    measure(options.workloads);
    System.out.println("written: " + options.out);
    return results.stream().noneMatch(Result::failed);
  }

  /** What was measured before, but for the cells that are measured now. */
  private void keepTheOthers(ResultsFile.Content before) throws IOException {
    List<Cell> again = cells(options.workloads);
    for (Result result : before.results()) {
      if (again.stream().noneMatch(cell -> cell.isOf(result))) {
        results.add(result);
      }
    }
    Map<String, String> both = Facts.both(before.facts(), facts);
    facts.clear();
    facts.putAll(both);
  }

  private boolean regressions() throws IOException, InterruptedException {
    file.start(facts);
    if (!options.store) {
      StoredRatios stored = StoredRatios.read(options.ratios);
      System.out.println("stored on: " + stored.machine());
      System.out.println("  this is: " + machine());
      return new RegressionCheck(stored, options.noise, System.out)
          .passes(options.workloads, this::measure);
    }
    Summary summary = measure(options.workloads);
    if (!summary.failures().isEmpty()) {
      return false;
    }
    StoredRatios.measured(summary, options.ratios, machine()).write(options.ratios);
    System.out.println("written: " + options.ratios);
    return true;
  }

  private String machine() {
    return facts.get("Machine") + ", " + facts.get("JDK");
  }

  /** Every cell of some workloads, as often as wanted; what came of these. */
  private Summary measure(List<String> workloads) throws IOException, InterruptedException {
    int before = results.size();
    Random random = new Random(options.seed);
    for (int run = 1; run <= options.runs; run++) {
      List<Cell> cells = cells(workloads);
      Collections.shuffle(cells, random);
      int done = 0;
      for (Cell cell : cells) {
        Result result = quietest(cell, run);
        results.add(result);
        file.add(result);
        System.out.printf(
            Locale.ROOT,
            "run %d/%d, %d/%d  %s%n",
            run,
            options.runs,
            ++done,
            cells.size(),
            line(result));
      }
      Pages.write(options.out, options.study, facts, results);
    }
    return new Summary(
        options.study.reference(), List.copyOf(results.subList(before, results.size())));
  }

  private List<Cell> cells(List<String> workloads) throws IOException {
    Cell.Times times = new Cell.Times(options.warmUp, options.measured, options.settle);
    List<Cell> cells = new ArrayList<>();
    for (Entrant entrant : options.entrants) {
      for (String workload : workloads) {
        if (entrant.does(workload) && isWanted(entrant, workload)) {
          cells.add(new Cell(entrant, workload, times, classPath(entrant), options.serving));
        }
      }
    }
    return cells;
  }

  private boolean isWanted(Entrant entrant, String workload) {
    return !options.forTargets
        || options.study.targets().stream().anyMatch(t -> t.needs(entrant.name(), workload));
  }

  private String classPath(Entrant entrant) throws IOException {
    if (entrant.classPath().equals(Entrant.OURS)) {
      return System.getProperty("java.class.path");
    }
    Path file = options.classPaths.resolve(entrant.classPath() + ".cp");
    return Files.readString(file).strip().replace(":", File.pathSeparator);
  }

  /** Runs a cell until the rest of the machine is quiet, or there is no attempt left. */
  private Result quietest(Cell cell, int run) throws InterruptedException {
    Result best = null;
    for (int attempt = 0; attempt < options.attempts; attempt++) {
      Result result = once(cell, run);
      if (result.failed()) {
        return result;
      }
      if (best == null || result.noise() < best.noise()) {
        best = result;
      }
      if (best.noise() <= options.noise) {
        break;
      }
    }
    if (best == null) {
      throw new IllegalStateException("no attempt at all");
    }
    return best;
  }

  private static Result once(Cell cell, int run) throws InterruptedException {
    String contender = cell.entrant().name();
    try {
      return new Result(contender, cell.workloadName(), run, "", cell.run());
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      return new Result(contender, cell.workloadName(), run, why, Map.of());
    }
  }

  private static String line(Result result) {
    String cell = String.format(Locale.ROOT, "%-16s %-12s", result.contender(), result.workload());
    if (result.failed()) {
      return cell + " FAILED: " + result.failure();
    }
    Map<String, Double> numbers = result.numbers();
    if (numbers.containsKey("bytes")) {
      return cell + String.format(Locale.ROOT, "%,14.0f bytes a connection", numbers.get("bytes"));
    }
    String rate =
        String.format(
            Locale.ROOT, "%,14.0f/s  noise %4.1f %%", numbers.get("rate"), 100 * result.noise());
    Double p50 = numbers.get("p50_us");
    return cell + rate + (p50 == null ? "" : String.format(Locale.ROOT, "  p50 %.1f µs", p50));
  }
}
