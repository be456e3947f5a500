package io.wirelace.benchmarks.scale;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The page as one file of HTML that needs nothing else: styles and plots are in it. */
record HtmlPage(String title, String intro, Map<String, String> facts, List<Section> sections) {
  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>
        body { font: 15px/1.5 system-ui, sans-serif; color: #1f2328; max-width: 1180px; margin: 0 auto; padding: 1.5rem }
        h1 { font-size: 1.6rem; margin: 0 0 .5rem } h2 { font-size: 1.2rem; margin: 2.2rem 0 .4rem }
        p { max-width: 52rem; margin: .5rem 0 }
        table { border-collapse: collapse; margin: .8rem 0; font-size: .87rem }
        th, td { border-bottom: 1px solid #d8dee4; padding: .28rem .7rem; text-align: right; vertical-align: top }
        td { white-space: nowrap } small { color: #656d76 } .facts td:last-child { white-space: normal }
        th { border-bottom: 2px solid #8c959f; font-weight: 600 }
        th:first-child, td:first-child, .facts td { text-align: left }
        .wide { overflow-x: auto }
        .plots { display: flex; flex-wrap: wrap; gap: 12px; margin-top: .8rem }
        .plots svg { border: 1px solid #d8dee4; border-radius: 6px; max-width: 100%; height: auto }
        code { background: #f3f4f6; padding: .05rem .25rem; border-radius: 3px; font-size: .92em; overflow-wrap: anywhere }
      </style>
      """;

  String text() {
    StringBuilder html = new StringBuilder(HEAD);
    html.append("<title>").append(escape(title)).append("</title>\n</head>\n<body>\n");
    html.append("<h1>").append(escape(title)).append("</h1>\n");
    html.append(paragraph(intro));
    for (Section section : sections) {
      html.append("<h2>").append(escape(section.title())).append("</h2>\n");
      section.text().forEach(text -> html.append(paragraph(text)));
      section.tables().forEach(table -> html.append(table(table)));
      if (!section.plots().isEmpty()) {
        html.append("<div class=\"plots\">\n");
        section.plots().forEach(plot -> html.append(plot.svg()));
        html.append("</div>\n");
      }
    }
    html.append("<h2>Where and how</h2>\n<table class=\"facts\">\n");
    facts.forEach((name, value) ->
        html.append("<tr><td>")
            .append(escape(name))
            .append("</td><td>")
            .append(inline(value))
            .append("</td></tr>\n"));
    return html.append("</table>\n</body>\n</html>\n").toString();
  }

  private static String paragraph(String text) {
    return "<p>" + inline(text) + "</p>\n";
  }

  private static String table(Table table) {
    return "<div class=\"wide\"><table>\n"
        + row("th", table.head())
        + table.rows().stream().map(row -> row("td", row)).collect(Collectors.joining())
        + "</table></div>\n";
  }

  private static String row(String kind, List<String> cells) {
    return cells.stream()
        .map(cell -> "<" + kind + ">" + cell(cell) + "</" + kind + ">")
        .collect(Collectors.joining("", "<tr>", "</tr>\n"));
  }

  /** The spread, which Format puts in brackets, in a line of its own. */
  private static String cell(String text) {
    return inline(text).replaceAll("^(\\S+) \\((.* … .*)\\)$", "$1<br><small>$2</small>");
  }

  /** Escaped, with code marked as such. */
  private static String inline(String text) {
    return escape(text).replaceAll("`([^`]*)`", "<code>$1</code>");
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
