package io.wirelace.benchmarks.compare;

import java.util.List;
import java.util.Map;

/** The page as Markdown: targets, a table for each workload, and how it was measured. */
final class MarkdownPage {
  private final Study study;
  private final Map<String, String> facts;
  private final Summary summary;
  private final StringBuilder page = new StringBuilder();

  MarkdownPage(Study study, Map<String, String> facts, Summary summary) {
    this.study = study;
    this.facts = facts;
    this.summary = summary;
  }

  String text() {
    page.append(study.introduction());
    failures();
    targets();
    for (String workload : summary.workloads()) {
      workload(WorkloadTable.of(study, summary, workload));
    }
    howMeasured();
    return page.toString();
  }

  private void failures() {
    List<String> failures = summary.failures();
    if (!failures.isEmpty()) {
      page.append("## Failed\n\n- ").append(String.join("\n- ", failures)).append("\n\n");
    }
  }

  private void targets() {
    if (study.targets().isEmpty()) {
      return;
    }
    page.append("## Targets\n\n| target | measured | held |\n|---|---:|---|\n");
    for (Target target : study.targets()) {
      Target.Verdict verdict = target.judge(summary);
      String held =
          switch (verdict.held()) {
            case YES -> "yes";
            case NO -> "**no**";
            case UNKNOWN -> "–";
          };
      row(List.of(target.what(), verdict.measured(), held));
    }
    page.append('\n');
  }

  private void workload(WorkloadTable table) {
    page.append("## ")
        .append(table.title())
        .append(" (`")
        .append(table.workload())
        .append("`)\n\n");
    row(table.heads());
    page.append("|---").append("|---:".repeat(table.heads().size() - 1)).append("|\n");
    table.rows().forEach(this::row);
    page.append('\n');
    for (Lead lead : table.leads()) {
      page.append("- ")
          .append(lead.claim())
          .append(lead.ahead() ? ": **yes** (" : ": **no** (")
          .append(lead.ratioText())
          .append(")\n");
    }
    page.append('\n');
  }

  private void row(List<String> cells) {
    page.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private void howMeasured() {
    page.append("## How it was measured\n\n| | |\n|---|---|\n");
    facts.forEach((name, fact) -> row(List.of(name, fact)));
    page.append('\n')
        .append(Facts.HOW_TO_READ)
        .append("\nAll numbers of all runs: [results.jsonl](results.jsonl), ")
        .append("[comparison.csv](comparison.csv).\n");
  }
}
