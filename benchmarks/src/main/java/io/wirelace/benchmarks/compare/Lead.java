package io.wirelace.benchmarks.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How one contender stands against the best of the peers in one number of one workload.
 *
 * @param contender who
 * @param number which number
 * @param peer the best of the peers in it
 * @param ratio the contender's to that peer's
 * @param ahead whether it is the better one
 */
record Lead(String contender, String number, String peer, double ratio, boolean ahead) {
  /** Numbers of which less is better; of the others more is. */
  private static final List<String> LESS_IS_BETTER = List.of("p50_us", "bytes");

  private record Peer(String name, double value) {}

  /** The lead; empty if the contender or every peer lacks the number. */
  static Optional<Lead> of(Summary summary, String contender, String workload, String number) {
    Comparator<Double> better =
        LESS_IS_BETTER.contains(number) ? Comparator.reverseOrder() : Comparator.naturalOrder();
    List<Peer> peers = new ArrayList<>();
    for (String name : summary.contenders(workload)) {
      if (Entrant.PEERS.contains(name)) {
        summary.median(name, workload, number).ifPresent(v -> peers.add(new Peer(name, v)));
      }
    }
    return peers.stream()
        .max(Comparator.comparing(Peer::value, better))
        .flatMap(best ->
            summary
                .median(contender, workload, number)
                .map(own ->
                    new Lead(
                        contender,
                        number,
                        best.name(),
                        own / best.value(),
                        better.compare(own, best.value()) > 0)));
  }

  /** The ratio, and to whom. */
  String ratioText() {
    return String.format(Locale.ROOT, "%.2f × %s", ratio, peer);
  }

  /** All of it but whether. */
  String claim() {
    return contender + " ahead of the best of rsocket, grpc and vertx in " + label();
  }

  private String label() {
    return switch (number) {
      case "rate" -> "rate";
      case "p50_us" -> "p50";
      default -> "bytes";
    };
  }
}
