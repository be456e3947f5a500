package io.wirelace.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart of one number of one workload, as SVG to be put into a page: on the left what it is, from
 * zero, on the right its ratio to the reference, on a logarithmic axis that starts at one. Thin
 * lines go from the least to the most of the runs. Colours are classes of the page. Pure.
 */
final class Bars {
  private static final int WIDTH = 960;
  private static final int NAME_END = 128;
  private static final int LEFT = 138;
  private static final int LEFT_END = 430;
  private static final int RIGHT = 570;
  private static final int RIGHT_END = 880;
  private static final int TOP = 46;
  private static final int ROW = 26;
  private static final int THICK = 14;
  private static final int BOTTOM = 10;
  private static final int TICKS = 4;

  /**
   * What is drawn.
   *
   * @param number which number
   * @param what the same in words
   * @param better how to read it
   */
  record Subject(String workload, String number, String what, String better) {}

  private record Row(String contender, Summary.Spread spread) {}

  private final Subject subject;
  private final Summary summary;
  private final String symbol;
  private final List<Row> rows = new ArrayList<>();
  private final StringBuilder svg = new StringBuilder();

  private Bars(Subject subject, Summary summary, String symbol) {
    this.subject = subject;
    this.summary = summary;
    this.symbol = symbol;
    for (String contender : summary.contenders(subject.workload())) {
      summary
          .spread(contender, subject.workload(), subject.number())
          .ifPresent(spread -> rows.add(new Row(contender, spread)));
    }
  }

  /** The chart; empty if nobody has the number. */
  static String of(Subject subject, Summary summary, String symbol) {
    Bars bars = new Bars(subject, summary, symbol);
    return bars.rows.isEmpty() ? "" : bars.draw();
  }

  private String draw() {
    int height = TOP + rows.size() * ROW + BOTTOM;
    svg.append(
        format(
            "<svg viewBox='0 0 %d %d' role='img' aria-label='%s, %s'>\n",
            WIDTH, height, subject.workload(), subject.what()));
    absolute();
    summary
        .median(summary.reference(), subject.workload(), subject.number())
        .filter(base -> base > 0)
        .ifPresent(this::ratios);
    for (int i = 0; i < rows.size(); i++) {
      text(NAME_END, middle(i) + 4, "end", "name", rows.get(i).contender());
    }
    return svg.append("</svg>\n").toString();
  }

  private static double middle(int row) {
    return TOP + row * ROW + ROW / 2.0;
  }

  // ---- what it is ----

  private void absolute() {
    double most = rows.stream().mapToDouble(row -> row.spread().most()).max().orElse(1);
    double step = Steps.atLeast(most / TICKS);
    double end = step * Math.ceil(most / step);
    text(LEFT, 14, "start", "head", subject.what() + " (" + subject.better() + ")");
    for (double tick = 0; tick <= end * 1.001; tick += step) {
      double x = LEFT + (LEFT_END - LEFT) * tick / end;
      grid(x, "grid");
      text(x, TOP - 8, "middle", "tick", amount(tick));
    }
    for (int i = 0; i < rows.size(); i++) {
      Summary.Spread spread = rows.get(i).spread();
      double scale = (LEFT_END - LEFT) / end;
      double tip = LEFT + spread.median() * scale;
      double far = LEFT + spread.most() * scale;
      bar(i, LEFT, tip, amount(spread));
      whisker(i, LEFT + spread.least() * scale, far);
      text(Math.max(tip, far) + 6, middle(i) + 4, "start", "value", amount(spread.median()));
    }
  }

  // ---- its ratio ----

  private void ratios(double base) {
    double least = 1;
    double most = 1;
    for (Row row : rows) {
      least = Math.min(least, positive(row.spread().least()) / base);
      most = Math.max(most, row.spread().most() / base);
    }
    Axis axis = new Axis(Steps.atMost(least * 0.999), Steps.atLeast(most * 1.001));
    text(RIGHT, 14, "start", "head", "× " + symbol + ", logarithmic");
    for (double tick : axis.ticks()) {
      grid(axis.x(tick), tick == 1 ? "one" : "grid");
      text(axis.x(tick), TOP - 8, "middle", "tick", plain(tick));
    }
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      double ratio = positive(row.spread().median()) / base;
      bar(i, axis.x(1), axis.x(ratio), format("%.3f × %s", ratio, symbol));
      whisker(i, axis.x(positive(row.spread().least()) / base), axis.x(row.spread().most() / base));
      text(RIGHT_END + 12, middle(i) + 4, "start", "value", format("%.3g ×", ratio));
    }
  }

  /** So that it has a logarithm. */
  private static double positive(double value) {
    return Math.max(value, 1e-3);
  }

  private record Axis(double least, double most) {
    double x(double ratio) {
      return RIGHT + (RIGHT_END - RIGHT) * Math.log(ratio / least) / Math.log(most / least);
    }

    /** 1, 2 and 5 of each decade where there is room, else powers of ten. */
    List<Double> ticks() {
      boolean room = most / least <= 100;
      List<Double> ticks = new ArrayList<>();
      for (int power = -6; power <= 6; power++) {
        for (double mantissa : room ? new double[] {1, 2, 5} : new double[] {1}) {
          double tick =
              power < 0 ? mantissa / Math.pow(10, -power) : mantissa * Math.pow(10, power);
          if (tick >= least * 0.999 && tick <= most * 1.001) {
            ticks.add(tick);
          }
        }
      }
      return ticks;
    }
  }

  // ---- marks ----

  private void bar(int row, double from, double to, String told) {
    String contender = rows.get(row).contender();
    svg.append(
        format(
            "<rect x='%.1f' y='%.1f' width='%.1f' height='%d' rx='2' class='%s'>"
                + "<title>%s: %s</title></rect>\n",
            Math.min(from, to),
            middle(row) - THICK / 2.0,
            Math.max(1, Math.abs(to - from)),
            THICK,
            kind(contender),
            contender,
            told));
  }

  private String kind(String contender) {
    if (contender.equals(summary.reference())) {
      return "reference";
    }
    if (contender.startsWith("wirelace")) {
      return contender.endsWith("-inline") ? "inline" : "ours";
    }
    return "peer";
  }

  private void whisker(int row, double from, double to) {
    double y = middle(row);
    svg.append(
        format(
            "<path class='spread' d='M%.1f %.1fv8M%.1f %.1fh%.1fM%.1f %.1fv8'/>\n",
            from, y - 4, from, y, to - from, to, y - 4));
  }

  private void grid(double x, String type) {
    svg.append(
        format(
            "<line class='%s' x1='%.1f' x2='%.1f' y1='%d' y2='%d'/>\n",
            type, x, x, TOP - 3, TOP + rows.size() * ROW));
  }

  private void text(double x, double y, String anchor, String type, String text) {
    svg.append(
        format(
            "<text x='%.1f' y='%.1f' text-anchor='%s' class='%s'>%s</text>\n",
            x, y, anchor, type, text));
  }

  private static String amount(Summary.Spread spread) {
    return format("%,.6g", spread.median())
        + (spread.runs() > 1
            ? format(" (%,.6g … %,.6g, %d runs)", spread.least(), spread.most(), spread.runs())
            : "");
  }

  private static String amount(double value) {
    if (value >= 1e6) {
      return format("%.3g", value / 1e6).replaceAll("\\.0+$", "") + " M";
    }
    if (value >= 1e4) {
      return format("%.3g", value / 1e3).replaceAll("\\.0+$", "") + " k";
    }
    return plain(value);
  }

  private static String plain(double value) {
    if (value >= 100 || value == Math.rint(value)) {
      return format("%,.0f", value);
    }
    return format("%.3f", value).replaceAll("0+$", "");
  }

  @SuppressWarnings("AnnotateFormatMethod") // not worth a library of annotations
  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
