package io.wirelace.benchmarks.scale;

import java.util.List;
import java.util.Optional;

/** Many measurements by cell and number. */
record Figures(List<Measurement> measurements) {
  /** The sizes that a part was measured at, the smallest first. */
  List<Integer> sizes(Cell.Part part) {
    return measurements.stream()
        .filter(each -> !each.failed() && each.part().equals(part.text()))
        .map(Measurement::size)
        .distinct()
        .sorted()
        .toList();
  }

  /** A number of a cell; empty if no run has it. */
  Optional<Spread> spread(Cell.Part part, int size, String number) {
    Cell cell = new Cell(part, size);
    List<Double> values =
        measurements.stream()
            .filter(each -> each.isOf(cell))
            .flatMap(each -> Optional.ofNullable(each.numbers().get(number)).stream())
            .toList();
    return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
  }

  /** The median of a number at the largest size of a part; empty if it was not measured. */
  Optional<Double> atLargest(Cell.Part part, String number) {
    List<Integer> sizes = sizes(part);
    return sizes.isEmpty()
        ? Optional.empty()
        : spread(part, sizes.getLast(), number).map(Spread::median);
  }

  /** Runs that came to nothing. */
  List<Measurement> failures() {
    return measurements.stream().filter(Measurement::failed).toList();
  }

  /** The commits that were measured, in the order of time. */
  List<String> commits() {
    return measurements.stream().map(Measurement::commit).distinct().toList();
  }
}
