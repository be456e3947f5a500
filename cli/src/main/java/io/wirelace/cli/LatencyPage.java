package io.wirelace.cli;

import java.util.List;
import java.util.Locale;

/**
 * One HTML page that shows loads over several transports side by side: how much, and curves of how
 * long. It holds all that it needs and opens without a network. Pure.
 */
final class LatencyPage {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 360;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 16;
  private static final int BOTTOM = 44;

  /** Percentiles whose ticks stand on the axis. */
  private static final double[] TICKS = {0, 50, 90, 99, 99.9, 99.99, 99.999};

  /** Steps of a curve between two nines. */
  private static final int STEPS_A_DECADE = 24;

  private static final double NINES = 5;

  /** Told apart also by who does not see red and green alike (Okabe and Ito). */
  private static final List<String> COLOURS =
      List.of(
          "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c6d31", "#7f7f7f");

  private final StringBuilder html = new StringBuilder();
  private final String machine;

  private LatencyPage(String machine) {
    this.machine = machine;
  }

  /**
   * A chart: the curves of one kind of load.
   *
   * @param title what was loaded, in words
   * @param curves one a transport
   */
  record Chart(String title, List<LoadResult> curves) {}

  /** The page. */
  static String of(String machine, List<Chart> charts) {
    LatencyPage page = new LatencyPage(machine);
    page.head();
    charts.forEach(page::chart);
    page.html.append("</main></body></html>\n");
    return page.html.toString();
  }

  private void head() {
    html.append(
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Wirelace: transports side by side</title><style>
        :root{color-scheme:light dark;--line:#8884;--ink:light-dark(#222,#ddd)}
        body{font:15px/1.5 system-ui,sans-serif;margin:0;color:var(--ink)}
        main{max-width:820px;margin:2rem auto;padding:0 1rem}
        svg{width:100%;height:auto;overflow:visible}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
        .grid{stroke:var(--line)}.curve{fill:none;stroke-width:2}
        table{border-collapse:collapse;width:100%;margin:.5rem 0 2.5rem}
        th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--line);
        font-variant-numeric:tabular-nums}th:first-child,td:first-child{text-align:left}
        .key{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.5em}
        </style></head><body><main><h1>Transports side by side</h1>
        """);
    html.append("<p>Made by <code>lace bench --over</code>. ").append(escape(machine));
    html.append(" Loopback says what a transport costs, not what a network does.</p>\n");
  }

  private void chart(Chart chart) {
    html.append("<h2>").append(escape(chart.title())).append("</h2>\n");
    Scale scale = Scale.of(chart.curves());
    html.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
            WIDTH,
            HEIGHT,
            escape(chart.title())));
    axes(scale);
    for (int i = 0; i < chart.curves().size(); i++) {
      curve(scale, chart.curves().get(i), colour(i));
    }
    html.append("</svg>\n");
    table(chart);
  }

  private static String colour(int index) {
    return COLOURS.get(index % COLOURS.size());
  }

  /** Logarithmic both ways: nines to the right, microseconds upwards. */
  private record Scale(double least, double most) {
    static Scale of(List<LoadResult> curves) {
      double low = Double.MAX_VALUE;
      double high = 1;
      for (LoadResult one : curves) {
        low = Math.min(low, one.latencies().microseconds(0));
        high = Math.max(high, one.latencies().microseconds(100));
      }
      double floor = Math.floor(Math.log10(Math.max(0.01, Math.min(low, high))));
      return new Scale(floor, Math.max(floor + 1, Math.ceil(Math.log10(high))));
    }

    double x(double percentile) {
      double nines = -Math.log10(Math.max(1 - percentile / 100, Math.pow(10, -NINES)));
      return LEFT + (WIDTH - LEFT - RIGHT) * nines / NINES;
    }

    double y(double microseconds) {
      double log = Math.log10(Math.max(microseconds, Math.pow(10, least)));
      return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log - least) / (most - least);
    }
  }

  private void axes(Scale scale) {
    for (double tick : TICKS) {
      double x = scale.x(tick);
      line(x, TOP, x, HEIGHT - BOTTOM);
      String label = tick == Math.rint(tick) ? Integer.toString((int) tick) : Double.toString(tick);
      text(x, HEIGHT - BOTTOM + 18, "middle", label);
    }
    text(LEFT + (WIDTH - LEFT - RIGHT) / 2.0, HEIGHT - 6, "middle", "percentile");
    for (int power = (int) scale.least(); power <= scale.most(); power++) {
      double y = scale.y(Math.pow(10, power));
      line(LEFT, y, WIDTH - RIGHT, y);
      text(LEFT - 8, y + 4, "end", duration(power));
    }
  }

  private static String duration(int power) {
    return switch (power) {
      case -2 -> "10 ns";
      case -1 -> "100 ns";
      case 0 -> "1 µs";
      case 1 -> "10 µs";
      case 2 -> "100 µs";
      case 3 -> "1 ms";
      case 4 -> "10 ms";
      case 5 -> "100 ms";
      case 6 -> "1 s";
      case 7 -> "10 s";
      default -> "100 s";
    };
  }

  private void line(double x1, double y1, double x2, double y2) {
    html.append(
        String.format(
            Locale.ROOT,
            "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
            x1,
            y1,
            x2,
            y2));
  }

  private void text(double x, double y, String anchor, String text) {
    html.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text));
  }

  private void curve(Scale scale, LoadResult result, String colour) {
    StringBuilder path = new StringBuilder();
    for (int step = 0; step <= STEPS_A_DECADE * NINES; step++) {
      double percentile = 100 * (1 - Math.pow(10, -(double) step / STEPS_A_DECADE));
      path.append(
          String.format(
              Locale.ROOT,
              "%s%.1f %.1f",
              step == 0 ? "M" : "L",
              scale.x(percentile),
              scale.y(result.latencies().microseconds(percentile))));
    }
    html.append(
        String.format(
            Locale.ROOT,
            "<path class=\"curve\" stroke=\"%s\" d=\"%s\"><title>%s</title></path>%n",
            colour,
            path,
            escape(result.plan().transport())));
  }

  private void table(Chart chart) {
    html.append(
        "<table><tr><th>transport</th><th>messages/s</th><th>MB/s</th><th>p50 µs</th><th>p99 µs</th>"
            + "<th>p99.9 µs</th><th>max µs</th><th>errors</th><th>lost</th></tr>\n");
    for (int i = 0; i < chart.curves().size(); i++) {
      LoadResult one = chart.curves().get(i);
      html.append(
          String.format(
              Locale.ROOT,
              "<tr><td><span class=\"key\" style=\"background:%s\"></span>%s</td><td>%,.0f</td>"
                  + "<td>%,.1f</td><td>%,.1f</td><td>%,.1f</td><td>%,.1f</td><td>%,.1f</td>"
                  + "<td>%d</td><td>%d</td></tr>%n",
              colour(i),
              escape(one.plan().transport()),
              one.rate(),
              one.megabytesPerSecond(),
              one.latencies().microseconds(50),
              one.latencies().microseconds(99),
              one.latencies().microseconds(99.9),
              one.latencies().microseconds(100),
              one.errors(),
              one.lost()));
    }
    html.append("</table>\n");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
