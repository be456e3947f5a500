package io.wirelace.benchmarks.scale;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The page as Markdown; its plots are files beside it. */
record MarkdownText(String title, String intro, Map<String, String> facts, List<Section> sections) {
  String text() {
    StringBuilder page = new StringBuilder("# " + title + "\n\n" + intro + "\n");
    for (Section section : sections) {
      page.append("\n## ").append(section.title()).append("\n");
      section.text().forEach(text -> page.append("\n").append(text).append("\n"));
      section.tables().forEach(table -> page.append("\n").append(table(table)));
      for (LinePlot plot : section.plots()) {
        page.append("\n![").append(plot.title()).append("](").append(plot.name()).append(".svg)\n");
      }
    }
    page.append("\n## Where and how\n\n| | |\n|---|---|\n");
    facts.forEach(
        (name, value) -> page.append("| ").append(name).append(" | ").append(value).append(" |\n"));
    return page.toString();
  }

  /** A table by itself. */
  static String table(Table table) {
    String rule = "|---|" + "---:|".repeat(table.head().size() - 1) + "\n";
    return row(table.head())
        + rule
        + table.rows().stream().map(MarkdownText::row).collect(Collectors.joining());
  }

  private static String row(List<String> cells) {
    return cells.stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
