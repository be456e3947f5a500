package io.wirelace.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Writes the files that people read: {@code scale.html}, {@code scale.md} with its plots, and
 * {@code scale.csv}.
 */
record ScalePages(Map<String, String> facts, Figures figures) {
  private static final String TITLE = "How Wirelace's costs grow";
  private static final String INTRO =
      "Written by `benchmarks/scale`; do not edit. Server and clients are processes of their own on"
          + " loopback, on one machine whose processors they share, through the public API with the"
          + " settings as they are by default. Medians of the runs, with the least and the most in"
          + " brackets. Noise is the share of the machine that other processes and the host took"
          + " meanwhile. These figures say how costs grow, not what a network gives.";

  void write(Path out) throws IOException {
    List<Section> sections = sections();
    Map<String, String> all = new LinkedHashMap<>(facts);
    all.put("Commits measured", String.join(", ", figures.commits()));
    Files.writeString(out.resolve("scale.html"), new HtmlPage(TITLE, INTRO, all, sections).text());
    Files.writeString(
        out.resolve("scale.md"), new MarkdownText(TITLE, INTRO, all, sections).text());
    Files.writeString(out.resolve("scale.csv"), csv());
    for (Section section : sections) {
      for (LinePlot plot : section.plots()) {
        Files.writeString(out.resolve(plot.name() + ".svg"), plot.svg());
      }
    }
  }

  List<Section> sections() {
    List<Section> sections = new ArrayList<>();
    sections.addAll(new ConnectionSections(figures).all());
    sections.addAll(new TrafficSections(figures).all());
    new Extrapolation(figures)
        .table()
        .ifPresent(table ->
            sections.add(
                new Section(
                    "Extrapolated: 100,000 and 1,000,000 connections",
                    List.of(
                        "Not measured. Straight lines from the largest size above, for this machine's kind"
                            + " of processor; what settings such numbers need is in docs/scale.md."),
                    List.of(table),
                    List.of())));
    List<String> failures =
        figures.failures().stream()
            .map(each ->
                each.part() + ":" + each.size() + ", run " + each.run() + ": " + each.failure())
            .toList();
    if (!failures.isEmpty()) {
      sections.add(new Section("Runs that failed", failures, List.of(), List.of()));
    }
    return sections;
  }

  private String csv() {
    StringBuilder csv = new StringBuilder("part,size,number,median,least,most,runs\n");
    for (Cell.Part part : Cell.Part.values()) {
      for (int size : figures.sizes(part)) {
        for (String number : numbers(part)) {
          figures
              .spread(part, size, number)
              .ifPresent(spread ->
                  csv.append(
                      String.format(
                          Locale.ROOT,
                          "%s,%d,%s,%.4f,%.4f,%.4f,%d%n",
                          part.text(),
                          size,
                          number,
                          spread.median(),
                          spread.least(),
                          spread.most(),
                          spread.runs())));
        }
      }
    }
    return csv.toString();
  }

  private TreeSet<String> numbers(Cell.Part part) {
    TreeSet<String> numbers = new TreeSet<>();
    figures.measurements().stream()
        .filter(each -> each.part().equals(part.text()))
        .forEach(each -> numbers.addAll(each.numbers().keySet()));
    return numbers;
  }
}
