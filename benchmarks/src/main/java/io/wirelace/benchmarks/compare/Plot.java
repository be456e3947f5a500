package io.wirelace.benchmarks.compare;

import io.wirelace.benchmarks.contender.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Bars of ratios to the reference, on a logarithmic axis, one panel for each workload: rates, and
 * for idle connections how many fit in the reference's memory. Longer is better everywhere.
 */
final class Plot {
  private static final int WIDTH = 900;
  private static final int LABEL_WIDTH = 150;
  private static final int VALUE_WIDTH = 190;
  private static final int BAR_HEIGHT = 16;
  private static final int ROW_HEIGHT = 21;
  private static final int TITLE_HEIGHT = 34;
  private static final int TOP = 62;
  private static final double LEAST_RATIO = 0.001;
  private static final double MOST_RATIO = 2;

  private final Summary summary;
  private final StringBuilder svg = new StringBuilder();

  Plot(Summary summary) {
    this.summary = summary;
  }

  /** One bar. */
  private record Bar(String contender, double ratio, String value) {}

  String svg() {
    int y = TOP;
    for (String workload : summary.workloads()) {
      List<Bar> bars = bars(workload);
      if (!bars.isEmpty()) {
        y = panel(workload, bars, y);
      }
    }
    return head(y + 10) + svg + "</svg>\n";
  }

  private List<Bar> bars(String workload) {
    boolean idle = Workload.parse(workload).kind() == Workload.Kind.IDLE;
    String number = idle ? "bytes" : "rate";
    List<Bar> bars = new ArrayList<>();
    for (String contender : summary.contenders(workload)) {
      Optional<Double> ratio = summary.ratio(contender, workload, number);
      Optional<Double> median = summary.median(contender, workload, number);
      if (ratio.isPresent() && median.isPresent()) {
        double longer = idle ? 1 / ratio.get() : ratio.get();
        String value =
            format(idle ? "%,.0f bytes each" : "%,.0f/s", median.get())
                + format("  (%.2g × T)", longer);
        bars.add(new Bar(contender, longer, value));
      }
    }
    return bars;
  }

  private int panel(String workload, List<Bar> bars, int top) {
    text(14, top + 22, "title", workload);
    int y = top + TITLE_HEIGHT;
    int bottom = y + bars.size() * ROW_HEIGHT;
    for (double tick = LEAST_RATIO; tick < MOST_RATIO; tick *= 10) {
      svg.append(
          format(
              "<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' class='%s'/>\n",
              x(tick), x(tick), y - 4, bottom, tick > 0.5 ? "one" : "grid"));
    }
    for (Bar bar : bars) {
      text(LABEL_WIDTH - 8, y + BAR_HEIGHT - 4, "name", bar.contender());
      svg.append(
          format(
              "<rect x='%d' y='%d' width='%.1f' height='%d' class='%s'/>\n",
              LABEL_WIDTH,
              y,
              Math.max(1, x(bar.ratio()) - LABEL_WIDTH),
              BAR_HEIGHT,
              kind(bar.contender())));
      text((int) x(bar.ratio()) + 6, y + BAR_HEIGHT - 4, "value", bar.value());
      y += ROW_HEIGHT;
    }
    return bottom + 8;
  }

  private String kind(String contender) {
    if (contender.startsWith("wirelace")) {
      return "ours";
    }
    return contender.equals(summary.reference()) ? "reference" : "peer";
  }

  private static double x(double ratio) {
    double inside = Math.clamp(ratio, LEAST_RATIO, MOST_RATIO);
    double share = Math.log(inside / LEAST_RATIO) / Math.log(MOST_RATIO / LEAST_RATIO);
    return LABEL_WIDTH + share * (WIDTH - LABEL_WIDTH - VALUE_WIDTH);
  }

  private void text(int x, int y, String type, String text) {
    svg.append(format("<text x='%d' y='%d' class='%s'>%s</text>\n", x, y, type, text));
  }

  private static String head(int height) {
    return format(
            """
            <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d'>
            <style>
              text { font: 12px sans-serif; fill: #222 }
              .head { font-size: 16px; font-weight: bold }
              .title { font-size: 13px; font-weight: bold }
              .name { text-anchor: end }
              .value { fill: #555; font-size: 11px }
              .ours { fill: #1f6feb }
              .reference { fill: #57606a }
              .peer { fill: #b6bec9 }
              .grid { stroke: #d8dee4 }
              .one { stroke: #57606a; stroke-dasharray: 3 3 }
            </style>
            <rect width='100%%' height='100%%' fill='white'/>
            <text x='14' y='26' class='head'>Wirelace and its peers, against a tuned Netty pair (T)</text>
            <text x='14' y='46' class='value'>Longer is better. Logarithmic: each line is ten times the one before, \
            the dashed one is T. Idle: bytes of T / bytes.</text>
            """,
            WIDTH, height, WIDTH, height)
        .replace("\r", "");
  }

  @SuppressWarnings("AnnotateFormatMethod") // not worth a library of annotations
  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
