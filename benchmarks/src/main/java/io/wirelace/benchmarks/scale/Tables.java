package io.wirelace.benchmarks.scale;

import java.util.ArrayList;
import java.util.List;

/** Makes the table of a part: a row for each size, a column for each number, and the runs. */
final class Tables {
  private final Figures figures;
  private final Cell.Part part;
  private final String sizeName;
  private final List<Column> columns = new ArrayList<>();

  Tables(Figures figures, Cell.Part part, String sizeName) {
    this.figures = figures;
    this.part = part;
    this.sizeName = sizeName;
  }

  /** A number, in another unit by a factor. */
  private record Column(String title, String number, double factor) {}

  Tables column(String title, String number, double factor) {
    columns.add(new Column(title, number, factor));
    return this;
  }

  Table table() {
    List<String> head = new ArrayList<>(List.of(sizeName));
    columns.forEach(column -> head.add(column.title()));
    head.add("runs");
    List<List<String>> rows = new ArrayList<>();
    for (int size : figures.sizes(part)) {
      List<String> row = new ArrayList<>(List.of(Format.count(size)));
      for (Column column : columns) {
        row.add(
            Format.spread(
                figures
                    .spread(part, size, column.number())
                    .map(spread -> spread.times(column.factor()))));
      }
      int runs =
          figures.spread(part, size, columns.getFirst().number()).map(Spread::runs).orElse(0);
      row.add(Integer.toString(runs));
      rows.add(row);
    }
    return new Table(head, rows);
  }
}
