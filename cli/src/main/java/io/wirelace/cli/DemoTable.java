package io.wirelace.cli;

import io.wirelace.error.PeerText;
import io.wirelace.error.WirelaceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code lace demo} tried: one row for each thing, with what was expected and what came. */
final class DemoTable {
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";

  private final Terminal terminal;
  private final List<Row> rows = new ArrayList<>();

  /** One thing that was tried. */
  private record Row(String what, String expected, Outcome outcome) {}

  /**
   * What came of it.
   *
   * @param happened in words
   */
  record Outcome(boolean held, String happened) {
    /** Holds if what happened is what was expected, word for word. */
    static Outcome equal(String expected, String happened) {
      return new Outcome(expected.equals(happened), happened);
    }
  }

  /** One thing to try. */
  @FunctionalInterface
  interface Trial {
    /** Tries it. */
    Outcome run() throws Exception;
  }

  DemoTable(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Tries something; what it throws is what happened. */
  void row(String what, String expected, Trial trial) throws InterruptedException {
    Outcome outcome;
    try {
      outcome = trial.run();
    } catch (InterruptedException e) {
      throw e;
    } catch (WirelaceException e) {
      outcome = new Outcome(false, e.fault().toString());
    } catch (Exception e) {
      outcome = new Outcome(false, PeerText.line(e.toString()));
    }
    rows.add(new Row(what, expected, outcome));
  }

  boolean allHeld() {
    return rows.stream().allMatch(row -> row.outcome.held);
  }

  /** Prints it. */
  void print() {
    int what = width(rows.stream().map(Row::what).toList());
    int expected = width(rows.stream().map(Row::expected).toList());
    String format = "%-" + what + "s  %-" + expected + "s  %s%n";
    for (Row row : rows) {
      String verdict = row.outcome.held ? colour(GREEN, "ok    ") : colour(RED, "FAILED");
      terminal.out().print(verdict + "  ");
      terminal.out().printf(Locale.ROOT, format, row.what, row.expected, row.outcome.happened);
    }
    long failed = rows.stream().filter(row -> !row.outcome.held).count();
    terminal
        .out()
        .println(
            failed == 0
                ? colour(GREEN, "all " + rows.size() + " ok")
                : colour(RED, failed + " of " + rows.size() + " FAILED"));
  }

  private static int width(List<String> cells) {
    return cells.stream().mapToInt(String::length).max().orElse(1);
  }

  private String colour(String colour, String text) {
    return terminal.colours() ? colour + text + PLAIN : text;
  }
}
