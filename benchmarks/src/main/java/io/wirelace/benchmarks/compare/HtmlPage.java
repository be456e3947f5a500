package io.wirelace.benchmarks.compare;

import io.wirelace.benchmarks.contender.Workload;
import java.util.List;
import java.util.Map;

/**
 * The page with plots of everything. It holds all that it needs and opens without a network. Pure.
 */
final class HtmlPage {
  private static final String HEAD =
      """
      <!doctype html><html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>TITLE</title><style>
      :root{color-scheme:light dark;--ink:#222;--dim:#666;--line:#8883;--back:#fff;--ours:#0072b2;--inline:#56b4e9;
      --reference:#666;--peer:#c9c9c9;--spread:#000b;--yes:#00775b;--no:#b8430a}
      @media(prefers-color-scheme:dark){:root{--ink:#ddd;--dim:#999;--back:#17191c;--ours:#2b8fd0;--inline:#86cdf5;
      --reference:#9a9a9a;--peer:#4c4f54;--spread:#fffc;--yes:#35c39d;--no:#ff8a4d}}
      body{font:15px/1.5 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--back)}
      main{max-width:1000px;margin:2rem auto;padding:0 1rem}
      h2{font-size:1.15rem;margin:2.5rem 0 .5rem}h2 code{color:var(--dim);font-size:.85em;font-weight:normal}
      svg{display:block;width:100%;height:auto;overflow:visible;margin:.75rem 0}
      svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .head{font-weight:600}
      svg .tick,svg .value{fill:var(--dim);font-size:11px}
      .grid{stroke:var(--line)}.one{stroke:var(--dim);stroke-dasharray:3 3}
      .ours{fill:var(--ours)}.inline{fill:var(--inline)}.reference{fill:var(--reference)}.peer{fill:var(--peer)}
      .spread{stroke:var(--spread);fill:none;stroke-width:1.2}
      .wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px}
      th,td{padding:.2rem .55rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;
      font-variant-numeric:tabular-nums}th{color:var(--dim);font-weight:600}
      th:first-child,td:first-child,.words td,.words th{text-align:left}.words td{white-space:normal;vertical-align:top}
      .facts td:first-child{white-space:nowrap}code{font-size:.92em;overflow-wrap:anywhere}
      ul{margin:.5rem 0;padding-left:1.2rem;font-size:13px;color:var(--dim)}
      .yes{color:var(--yes);font-weight:600}.no{color:var(--no);font-weight:600}
      </style></head><body><main>
      """;

  private final Study study;
  private final Map<String, String> facts;
  private final Summary summary;
  private final StringBuilder html = new StringBuilder();

  HtmlPage(Study study, Map<String, String> facts, Summary summary) {
    this.study = study;
    this.facts = facts;
    this.summary = summary;
  }

  String text() {
    introduction();
    failures();
    targets();
    for (String workload : summary.workloads()) {
      workload(WorkloadTable.of(study, summary, workload));
    }
    howMeasured();
    return html.append("</main></body></html>\n").toString();
  }

  /** The study's, whose first line is the title; the picture is drawn here anew. */
  private void introduction() {
    String[] paragraphs = study.introduction().strip().split("\n\n", -1);
    String title = escape(paragraphs[0].replaceFirst("^# ", ""));
    html.append(HEAD.replace("TITLE", title));
    html.append("<h1>").append(title).append("</h1>\n");
    for (String paragraph : List.of(paragraphs).subList(1, paragraphs.length)) {
      if (!paragraph.startsWith("![")) {
        html.append("<p>").append(inline(paragraph)).append("</p>\n");
      }
    }
  }

  private void failures() {
    List<String> failures = summary.failures();
    if (!failures.isEmpty()) {
      html.append("<h2 class=\"no\">Failed</h2>\n<ul>\n");
      failures.forEach(one -> html.append("<li>").append(escape(one)).append("</li>\n"));
      html.append("</ul>\n");
    }
  }

  private void targets() {
    if (study.targets().isEmpty()) {
      return;
    }
    html.append(
        """
        <h2>Targets</h2>
        <table class="words"><tr><th>target</th><th>measured</th><th>held</th></tr>
        """);
    for (Target target : study.targets()) {
      Target.Verdict verdict = target.judge(summary);
      String held =
          switch (verdict.held()) {
            case YES -> "<span class=\"yes\">yes</span>";
            case NO -> "<span class=\"no\">no</span>";
            case UNKNOWN -> "–";
          };
      row("td", List.of(inline(target.what()), escape(verdict.measured()), held));
    }
    html.append("</table>\n");
  }

  private void workload(WorkloadTable table) {
    String name = table.workload();
    html.append("<h2>").append(escape(table.title())).append(" <code>").append(escape(name));
    html.append("</code></h2>\n");
    if (Workload.parse(name).kind() == Workload.Kind.IDLE) {
      bars(new Bars.Subject(name, "bytes", "bytes a connection", "shorter is better"));
    } else {
      bars(new Bars.Subject(name, "rate", "messages a second", "longer is better"));
    }
    if (WorkloadTable.hasLatency(summary, name)) {
      bars(new Bars.Subject(name, "p50_us", "p50, µs", "shorter is better"));
      bars(new Bars.Subject(name, "p99_us", "p99, µs", "shorter is better"));
    }
    html.append("<div class=\"wide\"><table>");
    row("th", table.heads());
    for (List<String> cells : table.rows()) {
      row("td", cells.stream().map(HtmlPage::escape).toList());
    }
    html.append("</table></div>\n<ul>\n");
    for (Lead lead : table.leads()) {
      html.append("<li>").append(escape(lead.claim()));
      html.append(
          lead.ahead() ? ": <span class=\"yes\">yes</span> (" : ": <span class=\"no\">no</span> (");
      html.append(escape(lead.ratioText())).append(")</li>\n");
    }
    html.append("</ul>\n");
  }

  private void bars(Bars.Subject subject) {
    html.append(Bars.of(subject, summary, study.symbol()));
  }

  private void howMeasured() {
    html.append("<h2>How it was measured</h2>\n<table class=\"words facts\">\n");
    facts.forEach((name, fact) -> row("td", List.of(inline(name), inline(fact))));
    html.append(
        "</table>\n<p>Bars are medians of the runs, thin lines go from the least to the most. ");
    html.append("The spread of a ratio is that of the contender's runs over the median of ");
    html.append(escape(study.reference())).append(".</p>\n<p>");
    html.append(inline(Facts.HOW_TO_READ.strip())).append("</p>\n");
    html.append("<p>All numbers of all runs: ");
    html.append(inline("[results.jsonl](results.jsonl), [comparison.csv](comparison.csv)"));
    html.append(".</p>\n");
  }

  /** Cells are HTML already. */
  private void row(String tag, List<String> cells) {
    html.append("<tr>");
    for (String cell : cells) {
      html.append('<').append(tag).append('>').append(cell).append("</").append(tag).append('>');
    }
    html.append("</tr>\n");
  }

  /** The little Markdown that introductions and facts have: code and links. */
  private static String inline(String markdown) {
    return escape(markdown)
        .replaceAll("`([^`]+)`", "<code>$1</code>")
        .replaceAll("\\[([^]]+)]\\(([^)]+)\\)", "<a href=\"$2\">$1</a>");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
