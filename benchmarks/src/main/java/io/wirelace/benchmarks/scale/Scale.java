package io.wirelace.benchmarks.scale;

import io.wirelace.benchmarks.compare.Facts;
import java.io.IOException;
import java.nio.file.Files;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The program behind {@code benchmarks/scale}. */
public final class Scale {
  private final ScaleOptions options;
  private final MeasurementsFile file;

  private Scale(ScaleOptions options) {
    this.options = options;
    this.file = new MeasurementsFile(options.out.resolve("results.jsonl"));
  }

  /** Runs it. Exit code 1: a cell failed; 2: the command line is wrong. */
  public static void main(String[] args) throws IOException, InterruptedException {
    ScaleOptions options;
    try {
      options = ScaleOptions.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println("scale: " + e.getMessage());
      System.err.print(ScaleOptions.USAGE);
      System.exit(2);
      return;
    }
    if (options.help) {
      System.out.print(ScaleOptions.USAGE);
      return;
    }
    Files.createDirectories(options.out);
    Scale scale = new Scale(options);
    boolean passed = options.render || scale.measure();
    scale.render();
    System.exit(passed ? 0 : 1);
  }

  private boolean measure() throws IOException, InterruptedException {
    if (options.fresh) {
      Files.deleteIfExists(options.out.resolve("results.jsonl"));
    }
    file.start(facts());
    List<Measurement> before = file.read().measurements();
    String commit = Facts.commit();
    boolean passed = true;
    for (int run = 1; run <= options.runs; run++) {
      for (Cell cell : options.cells) {
        int number = run + (int) before.stream().filter(each -> each.isOf(cell)).count();
        Measurement measurement = quietest(cell, number, commit);
        file.add(measurement);
        System.out.printf(Locale.ROOT, "run %d  %s%n", number, line(measurement));
        passed &= !measurement.failed();
      }
    }
    return passed;
  }

  /** Runs a cell until the rest of the machine is quiet, or there is no attempt left. */
  private Measurement quietest(Cell cell, int run, String commit) throws InterruptedException {
    Measurement best = once(cell, run, commit);
    for (int i = 1; i < options.attempts && !best.failed() && best.noise() > options.noise; i++) {
      Measurement another = once(cell, run, commit);
      if (another.failed() || another.noise() < best.noise()) {
        best = another;
      }
    }
    return best;
  }

  private Measurement once(Cell cell, int run, String commit) throws InterruptedException {
    String part = cell.part().text();
    try {
      Numbers numbers = cell.run(options.times, options.seed + 100L * run);
      return new Measurement(part, cell.size(), run, commit, "", numbers.map());
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      return new Measurement(part, cell.size(), run, commit, why, Map.of());
    }
  }

  private static String line(Measurement measurement) {
    String cell = String.format(Locale.ROOT, "%s:%d  ", measurement.part(), measurement.size());
    return cell
        + (measurement.failed()
            ? "FAILED: " + measurement.failure()
            : String.valueOf(measurement.numbers()));
  }

  private Map<String, String> facts() throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Command", "`" + options.command + "`, or in parts with `--only`");
    facts.put("Date", LocalDate.now(ZoneOffset.UTC).toString());
    facts.put(
        "Machine",
        Facts.processor()
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors, "
            + Facts.memory());
    facts.put("System", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("JDK", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("JVM flags of all", "`" + String.join(" ", Rig.flags()) + "`");
    facts.put("Open files a process", Integer.toString(Limits.openFiles()));
    facts.put("Kernel", Limits.kernel());
    facts.put(
        "Times",
        options.times.warmUp()
            + " s warm-up, "
            + options.times.measured()
            + " s for each load, "
            + options.times.idle()
            + " s idle; a run is repeated, twice at most, while others take more than "
            + Math.round(100 * options.noise)
            + " % of the machine");
    return facts;
  }

  private void render() throws IOException {
    MeasurementsFile.Content content = file.read();
    new ScalePages(content.facts(), new Figures(content.measurements())).write(options.out);
    System.out.println(content.measurements().size() + " measurements in " + options.out);
  }
}
