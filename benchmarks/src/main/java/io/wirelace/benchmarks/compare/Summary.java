package io.wirelace.benchmarks.compare;

import java.util.List;
import java.util.Optional;

/** Many results by contender and workload. */
record Summary(String reference, List<Result> results) {
  /**
   * The runs of one cell.
   *
   * @param runs how many
   */
  record Spread(double median, double least, double most, int runs) {
    private static Spread of(List<Double> sorted) {
      int n = sorted.size();
      double median =
          n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
      return new Spread(median, sorted.getFirst(), sorted.getLast(), n);
    }
  }

  /** A number of a cell; empty if no run has it. */
  Optional<Spread> spread(String contender, String workload, String number) {
    List<Double> sorted =
        results.stream()
            .filter(result -> result.contender().equals(contender))
            .filter(result -> result.workload().equals(workload))
            .flatMap(result -> Optional.ofNullable(result.numbers().get(number)).stream())
            .sorted()
            .toList();
    return sorted.isEmpty() ? Optional.empty() : Optional.of(Spread.of(sorted));
  }

  /** The median of a number of a cell. */
  Optional<Double> median(String contender, String workload, String number) {
    return spread(contender, workload, number).map(Spread::median);
  }

  /** The median against the reference's. */
  Optional<Double> ratio(String contender, String workload, String number) {
    return median(contender, workload, number)
        .flatMap(ours -> median(reference, workload, number).map(reference -> ours / reference));
  }

  /** The workloads that were run, in the order of the first run's options. */
  List<String> workloads() {
    return results.stream()
        .map(Result::workload)
        .distinct()
        .sorted((a, b) -> Integer.compare(rank(a), rank(b)))
        .toList();
  }

  private static int rank(String workload) {
    List<String> kinds =
        List.of(
            "oneway",
            "rr1:",
            "call",
            "rr",
            "many",
            "connect",
            "idle",
            "threads",
            "json-oneway",
            "json-rr");
    int number = Integer.parseInt(workload.substring(workload.indexOf(':') + 1));
    for (int i = 0; i < kinds.size(); i++) {
      if (workload.startsWith(kinds.get(i))) {
        return (i << 24) + number;
      }
    }
    return Integer.MAX_VALUE;
  }

  /** The contenders that have results of a workload, in the order of {@link Entrant#all}. */
  List<String> contenders(String workload) {
    return Entrant.all().stream()
        .map(Entrant::name)
        .filter(name ->
            results.stream()
                .anyMatch(r -> r.contender().equals(name) && r.workload().equals(workload)))
        .toList();
  }

  /** The cells that failed, with why. */
  List<String> failures() {
    return results.stream()
        .filter(Result::failed)
        .map(r -> r.contender() + " " + r.workload() + ", run " + r.run() + ": " + r.failure())
        .toList();
  }
}
