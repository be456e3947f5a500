package io.wirelace.benchmarks.scale;

import java.util.List;

/**
 * A table of a page, in no markup; the first column is text, the others are numbers.
 *
 * @param head the columns' names
 * @param rows as many cells each
 */
record Table(List<String> head, List<List<String>> rows) {
  Table {
    for (List<String> row : rows) {
      if (row.size() != head.size()) {
        throw new IllegalArgumentException(
            "a row of " + row.size() + " cells under " + head.size() + " columns: " + row);
      }
    }
  }
}
