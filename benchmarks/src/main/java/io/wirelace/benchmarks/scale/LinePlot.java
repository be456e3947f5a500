package io.wirelace.benchmarks.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lines over sizes, as SVG: a dot for the median, a whisker for the spread of the runs. The x axis
 * has a tick where something was measured, and is logarithmic; the y axis is as said.
 *
 * @param name of the file
 * @param title above the plot
 * @param xLabel under it, with the unit
 * @param yLabel beside the title, with the unit
 * @param scale of the y axis
 * @param lines at most six
 */
record LinePlot(
    String name, String title, String xLabel, String yLabel, Scale scale, List<Line> lines) {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 330;
  private static final int LEFT = 66;
  private static final int RIGHT = 24;
  private static final int TOP = 58;
  private static final int BOTTOM = 74;
  private static final int STEPS = 5;
  private static final List<String> COLOURS =
      List.of("#1f6feb", "#d1570b", "#2c8a4b", "#8250df", "#b3261e", "#57606a");

  private static final Range NOTHING = new Range(1, 10, true);

  /** How y grows. */
  enum Scale {
    /** From zero. */
    LINEAR,
    /** By factors of ten. */
    LOGARITHMIC
  }

  /** A point: at x, a number over the runs. */
  record Point(double x, Spread y) {}

  /** A line with a name. */
  record Line(String name, List<Point> points) {}

  /** The range of an axis. */
  private record Range(double from, double to, boolean logarithmic) {
    double share(double value) {
      if (logarithmic) {
        double inside = Math.max(value, from);
        return Math.log(inside / from) / Math.log(to / from);
      }
      return (value - from) / (to - from);
    }
  }

  String svg() {
    Range x = xRange();
    Range y = scale == Scale.LINEAR ? linearRange() : logarithmicRange();
    StringBuilder svg = new StringBuilder(head());
    yTicks(y, svg);
    xTicks(x, svg);
    for (int i = 0; i < lines.size(); i++) {
      line(lines.get(i), COLOURS.get(i), x, y, svg);
    }
    legend(svg);
    return svg.append("</svg>\n").toString();
  }

  private List<Double> xs() {
    return lines.stream()
        .flatMap(line -> line.points().stream())
        .map(Point::x)
        .distinct()
        .sorted()
        .toList();
  }

  private Range xRange() {
    List<Double> xs = xs();
    if (xs.isEmpty()) {
      return NOTHING;
    }
    double least = xs.getFirst();
    double most = xs.getLast();
    return least == most ? new Range(least / 2, most * 2, true) : new Range(least, most, true);
  }

  private Range linearRange() {
    double most =
        lines.stream()
            .flatMap(line -> line.points().stream())
            .mapToDouble(point -> point.y().most())
            .max()
            .orElse(1);
    return new Range(0, STEPS * step(Math.max(most, 1e-9) / STEPS), false);
  }

  /** The least of 1, 2, 2.5, 5 and 10 times a power of ten that is not under a value. */
  static double step(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double factor : new double[] {1, 2, 2.5, 5}) {
      if (value <= factor * power * (1 + 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private Range logarithmicRange() {
    double least = Double.MAX_VALUE;
    double most = 0;
    for (Line line : lines) {
      for (Point point : line.points()) {
        if (point.y().median() > 0) {
          least = Math.min(least, Math.max(point.y().least(), point.y().median() / 100));
          most = Math.max(most, point.y().most());
        }
      }
    }
    if (most == 0) {
      return NOTHING;
    }
    double from = Math.pow(10, Math.floor(Math.log10(least)));
    double to = Math.pow(10, Math.ceil(Math.log10(most)));
    return new Range(from, to > from ? to : 10 * from, true);
  }

  private void yTicks(Range range, StringBuilder svg) {
    List<Double> ticks = new ArrayList<>();
    if (range.logarithmic()) {
      for (double tick = range.from(); tick <= range.to() * 1.0001; tick *= 10) {
        ticks.add(tick);
      }
    } else {
      for (int i = 0; i <= STEPS; i++) {
        ticks.add(range.to() * i / STEPS);
      }
    }
    for (double tick : ticks) {
      double y = y(range, tick);
      svg.append(
          format(
              "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' class='grid'/>\n",
              LEFT, WIDTH - RIGHT, y, y));
      text(LEFT - 8, y + 4, "end", shortened(tick), svg);
    }
  }

  private void xTicks(Range range, StringBuilder svg) {
    double free = 0;
    for (double tick : xs()) {
      double x = x(range, tick);
      svg.append(
          format(
              "<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' class='grid'/>\n",
              x, x, TOP, HEIGHT - BOTTOM));
      if (x >= free) {
        text(x, HEIGHT - BOTTOM + 18, "middle", Format.count(tick), svg);
        free = x + 44;
      }
    }
    text(LEFT + (WIDTH - LEFT - RIGHT) / 2.0, HEIGHT - BOTTOM + 36, "middle", xLabel, svg);
  }

  private static void line(Line line, String colour, Range x, Range y, StringBuilder svg) {
    StringBuilder path = new StringBuilder();
    for (Point point : line.points()) {
      double at = x(x, point.x());
      path.append(format("%.1f,%.1f ", at, y(y, point.y().median())));
      svg.append(
          format(
              "<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' stroke='%s' stroke-width='5'"
                  + " stroke-opacity='.3'/>\n",
              at, at, y(y, point.y().least()), y(y, point.y().most()), colour));
      svg.append(
          format(
              "<circle cx='%.1f' cy='%.1f' r='3.5' fill='%s'/>\n",
              at, y(y, point.y().median()), colour));
    }
    svg.append(
        format(
            "<polyline points='%s' fill='none' stroke='%s' stroke-width='2'/>\n",
            path.toString().strip(), colour));
  }

  private void legend(StringBuilder svg) {
    double x = LEFT;
    for (int i = 0; i < lines.size(); i++) {
      String name = lines.get(i).name();
      svg.append(
          format(
              "<rect x='%.1f' y='%d' width='10' height='10' rx='2' fill='%s'/>\n",
              x, HEIGHT - 24, COLOURS.get(i)));
      text(x + 15, HEIGHT - 15, "start", name, svg);
      x += 15 + 6.6 * name.length() + 18;
    }
  }

  private static double x(Range range, double value) {
    return LEFT + range.share(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double y(Range range, double value) {
    double share = Math.clamp(range.share(value), 0.0, 1.0);
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  }

  /** 20k for 20,000, 1.5M for 1,500,000. */
  private static String shortened(double value) {
    if (value >= 1e6) {
      return trimmed(value / 1e6) + "M";
    }
    return value >= 1e4 ? trimmed(value / 1e3) + "k" : trimmed(value);
  }

  private static String trimmed(double value) {
    String text = format("%.6f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  private static void text(double x, double y, String anchor, String text, StringBuilder svg) {
    svg.append(
        format(
            "<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>\n",
            x, y, anchor, HtmlPage.escape(text)));
  }

  private String head() {
    return format(
        """
        <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' role='img'>
        <style>text { font: 12px sans-serif; fill: #333 } .t { font-size: 14px; font-weight: bold } .grid { stroke: #e2e6ea }</style>
        <rect width='100%%' height='100%%' fill='white'/>
        <text x='14' y='22' class='t'>%s</text>
        <text x='14' y='41'>%s</text>
        """,
        WIDTH, HEIGHT, WIDTH, HEIGHT, HtmlPage.escape(title), HtmlPage.escape(yLabel));
  }

  @SuppressWarnings("AnnotateFormatMethod") // not worth a library of annotations
  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
