package io.wirelace.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** What is wanted of Wirelace beside its peers. */
final class PeerTargets {
  private static final String OURS = "wirelace";
  private static final String INLINE = "wirelace-inline";
  private static final String CARRIED = Entrant.CARRIED;
  private static final String TUNED = Entrant.TUNED_NETTY;
  private static final double KIB = 1024;

  /** Where peers take part. */
  private static final List<String> SHARED_WORKLOADS =
      List.of(
          "oneway:64",
          "oneway:256",
          "oneway:1024",
          "oneway:8192",
          "rr1:64",
          "call:64",
          "rr256:64",
          "many50x16:64",
          "idle:10000");

  private final List<Target> targets = new ArrayList<>();

  private PeerTargets() {}

  static List<Target> all() {
    PeerTargets targets = new PeerTargets();
    targets.rate(INLINE, "oneway:64", 0.70);
    targets.rate(OURS, "oneway:64", 0.45);
    targets.rate(CARRIED, "oneway:64", 0.45);
    for (String threads : List.of("threads:4", "threads:16", "threads:64")) {
      targets.flat(threads);
    }
    for (String workload : List.of("oneway:256", "oneway:1024", "oneway:8192")) {
      targets.allRates(workload, 0.80);
    }
    targets.times(OURS);
    targets.times(INLINE);
    targets.times(CARRIED);
    targets.allRates("rr256:64", 0.70);
    targets.allRates("many50x16:64", 0.80);
    for (String contender : List.of(OURS, INLINE)) {
      String what = "idle:10000, " + contender + ": at most 4 KiB of heap and direct memory each";
      targets.targets.add(Target.bytes(what, contender, "idle:10000", 4 * KIB));
    }
    for (String contender : List.of(OURS, INLINE)) {
      String what = contender + ": ahead of the best of rsocket, grpc and vertx on every row";
      targets.targets.add(Target.ahead(what, contender, SHARED_WORKLOADS));
    }
    return List.copyOf(targets.targets);
  }

  private void allRates(String workload, double least) {
    rate(OURS, workload, least);
    rate(INLINE, workload, least);
    rate(CARRIED, workload, least);
  }

  private void rate(String contender, String workload, double least) {
    String what = workload + ", " + contender + ": rate at least " + two(least) + " × T";
    targets.add(Target.rate(what, contender, workload, TUNED, least));
  }

  private void flat(String workload) {
    String what = workload + ", " + OURS + ": rate at least 0.75 × its own with threads:1";
    targets.add(Target.ownRate(what, OURS, workload, "threads:1", 0.75));
  }

  private void times(String contender) {
    String start = "rr1:64, " + contender;
    targets.add(Target.p50(start + ": p50 at most 1.1 × T", contender, "rr1:64", TUNED, 1.1));
    targets.add(Target.p99(start + ": p99 at most 1.5 × T", contender, "rr1:64", TUNED, 1.5));
  }

  private static String two(double number) {
    return String.format(java.util.Locale.ROOT, "%.2f", number);
  }
}
