package io.wirelace.benchmarks.scale;

import java.util.List;

/**
 * A section of a page, in no markup but for {@code `code`}.
 *
 * @param title its heading
 * @param text its paragraphs
 * @param tables after the text
 * @param plots after the tables
 */
record Section(String title, List<String> text, List<Table> tables, List<LinePlot> plots) {}
