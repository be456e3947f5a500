package io.wirelace.tests.fuzz;

import io.wirelace.leak.Leaks;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs rounds of the fuzz until its time is over, and says what each of them found. A run with a
 * round's seed begins with that round; threads take turns as they like, so what a seed repeats is
 * the plan and not each turn.
 */
public final class Fuzz {
  private final FuzzOptions options;
  private final Consumer<String> report;
  private int rounds;
  private int findings;
  private int leaks;

  Fuzz(FuzzOptions options, Consumer<String> report) {
    this.options = options;
    this.report = report;
  }

  /**
   * Runs with the options of a command line, which {@code --help} shows.
   *
   * @param args the options
   */
  public static void main(String[] args) {
    List<String> given = List.of(args);
    if (given.contains("--help") || given.contains("-h")) {
      System.out.printf(FuzzOptions.USAGE, String.join(", ", FuzzTransport.labels()));
      return;
    }
    FuzzOptions options;
    try {
      options = FuzzOptions.parse(given);
    } catch (IllegalArgumentException e) {
      System.err.println("fuzz: " + e.getMessage());
      System.exit(2);
      return;
    }
    Leaks.record();
    int found = new Fuzz(options, System.err::println).run();
    System.exit(found == 0 ? 0 : 1); // threads that hang do not keep it
  }

  /**
   * Runs a round for each transport, and goes on until the time is over.
   *
   * @return how much was found
   */
  int run() {
    List<FuzzTransport> transports =
        options.transports().stream().filter(FuzzTransport::worksHere).toList();
    report.accept(
        "fuzz: seed "
            + options.seed()
            + ", "
            + options.seconds()
            + " s, over "
            + transports.stream().map(FuzzTransport::label).toList());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.seconds());
    while (rounds < transports.size() || System.nanoTime() - end < 0) {
      round(transports.get(rounds % transports.size()), options.seed() + rounds);
      rounds++;
    }
    reportLeaks(Leaks.find(), "the run");
    report.accept("fuzz: " + rounds + " rounds, " + findings + " findings");
    return findings;
  }

  private void round(FuzzTransport transport, long seed) {
    Findings found = new Findings();
    long beganNs = System.nanoTime();
    Round round = new Round(transport, seed, found);
    Round.Outcome outcome = new Round.Outcome(0, 0);
    try {
      outcome = round.run();
    } catch (RuntimeException e) {
      found.add("the round failed: " + e);
    }
    report.accept(
        String.format(
            Locale.ROOT,
            "%-9s seed %d: %d handled, %d notifications accepted, %s, %.1f s, %d findings",
            transport.label(),
            seed,
            outcome.handled(),
            outcome.accepted(),
            round.plan().conversations().stream().map(Plan.Talk::end).toList(),
            (System.nanoTime() - beganNs) / 1e9,
            found.count()));
    if (found.count() > 0) {
      findings += found.count();
      report.accept("  " + round.plan());
      found.kept().forEach(line -> report.accept("  FOUND " + line));
      report.accept("  again: tests/fuzz --seed " + seed + " --transports " + transport.label());
    }
    Leaks.collect();
    reportLeaks(Leaks.found(), "the rounds up to seed " + seed);
  }

  private void reportLeaks(List<String> all, String when) {
    for (String leak : all.subList(Math.min(leaks, all.size()), all.size())) {
      findings++;
      report.accept("  FOUND a buffer that was lost in " + when + ": " + leak);
    }
    leaks = Math.max(leaks, all.size());
  }
}
