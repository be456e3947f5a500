package io.wirelace.benchmarks.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One question that the runner answers: who is measured, against whom, under what, and what is
 * wanted.
 *
 * @param name what it is called in options
 * @param reference whose numbers are the unit
 * @param symbol what the unit is called in tables
 * @param introduction the head of the page, in Markdown
 * @param entrants who takes part
 * @param workloads under what, unless told otherwise
 * @param quickWorkloads the same for a quick look
 * @param targets what is wanted
 * @param out where its results go
 */
record Study(
    String name,
    String reference,
    String symbol,
    String introduction,
    List<Entrant> entrants,
    List<String> workloads,
    List<String> quickWorkloads,
    List<Target> targets,
    Path out) {
  private static final String OURS = "wirelace";
  private static final String TUNED = Entrant.TUNED_NETTY;
  private static final double KIB = 1024;

  /** Wirelace beside what else Java engineers would take. */
  static final Study PEERS =
      new Study(
          "peers",
          TUNED,
          "T",
          """
          # Wirelace beside its peers

          Written by `benchmarks/compare`; do not edit. What each contender does, and does not do, is in
          [benchmarks/README.md](../../benchmarks/README.md). Server and client are a process each, on loopback, on one
          machine, so the figures say how contenders compare there, not what a network gives. Medians of the runs, with
          the least and the most; × T is the ratio to `netty-tuned`, a Netty pair without sessions, routes, deadlines or
          bounds on the receiver, made as fast as we know how. Every one-way message was counted by the receiver.

          ![Ratios to the reference](comparison.svg)
          Plots of all that was measured, with its spread: [comparison.html](comparison.html), to be opened from a clone.

          """,
          Entrant.all().stream().filter(one -> !one.isTransport() && !one.isCompressing()).toList(),
          List.of(
              "oneway:64",
              "oneway:256",
              "oneway:1024",
              "oneway:8192",
              "rr1:64",
              "call:64",
              "rr256:64",
              "many50x16:64",
              "idle:10000",
              "threads:1",
              "threads:4",
              "threads:16",
              "threads:64"),
          List.of(
              "oneway:64",
              "oneway:1024",
              "rr1:64",
              "call:64",
              "rr256:64",
              "many50x16:64",
              "idle:1000",
              "threads:4"),
          PeerTargets.all(),
          Path.of("docs", "benchmarks"));

  /** Wirelace over each of its transports. */
  static final Study TRANSPORTS =
      new Study(
          "transports",
          OURS,
          "tcp",
          """
          # Wirelace over each transport

          Written by `benchmarks/compare --study transports`; do not edit. The same server, the same handlers (ordered, on
          virtual threads), the same driver; only the URI differs. Server and client are a process each, on loopback, so
          this says what a transport costs the two of them, not what a network gives. Medians of the runs, with the least
          and the most; × tcp is the ratio to Wirelace over plain TCP in the same runs. Every one-way message was counted
          by the receiver. `netty-tls` is a bare Netty pair with the same TLS provider, for the handshakes alone;
          `wirelace-tls-server` is Wirelace's server under that very client.

          ![Ratios to plain TCP](comparison.svg)

          """,
          Stream.concat(
                  Stream.of(Entrant.named(OURS)),
                  Entrant.all().stream().filter(Entrant::isTransport))
              .toList(),
          List.of(
              "oneway:64",
              "oneway:1024",
              "oneway:8192",
              "rr1:64",
              "rr256:64",
              "connect:4",
              "idle:10000"),
          List.of("oneway:64", "oneway:8192", "rr1:64", "connect:4", "idle:1000"),
          List.of(
              over("unix", "oneway:64", 1.0),
              over("ws", "oneway:64", 0.60),
              over("tls", "oneway:8192", 0.50),
              over("quic", "oneway:1024", 0.15),
              over("any", "oneway:64", 0.95),
              Target.rate(
                  "TLS handshakes a second at least those of bare Netty",
                  Entrant.TLS_SERVER,
                  "connect:4",
                  Entrant.NETTY_TLS,
                  1.0),
              Target.bytes(
                  "10,000 idle WebSockets cost at most 12 KiB each",
                  "wirelace-ws",
                  "idle:10000",
                  12 * KIB)),
          Path.of("docs", "benchmarks", "transports"));

  private static Target over(String scheme, String workload, double least) {
    String what = scheme + " at least " + least + " × tcp (" + workload + ")";
    return Target.rate(what, "wirelace-" + scheme, workload, OURS, least);
  }

  /** Wirelace beside the reference, briefly: whether it is as fast as it was. */
  static final Study REGRESSIONS =
      new Study(
          "regressions",
          TUNED,
          "T",
          """
          # Whether Wirelace is as fast as it was

          Written by `benchmarks/compare --study regressions`; do not edit, and do not quote: the runs are too short for
          that. What is held against what is in `benchmarks/regressions.properties`.

          """,
          List.of(Entrant.named(OURS), Entrant.named("wirelace-inline"), Entrant.named(TUNED)),
          List.of("oneway:64", "rr1:64", "rr256:64"),
          List.of("oneway:64"),
          List.of(),
          Path.of("benchmarks", "target", "compare", "regressions"));

  /** Wirelace that compresses, over loopback, where that can only cost. */
  static final Study COMPRESSION =
      compression("compression", "loopback, where nothing is gained by smaller messages", 0.90);

  /** The same over a link of 100 Mbit/s, which {@code benchmarks/narrow} makes. */
  static final Study NARROW =
      compression("narrow", "a link of 100 Mbit/s between two network namespaces", 1.0);

  private static Study compression(String name, String place, double least) {
    List<String> workloads = List.of("json-oneway:1024", "json-rr1:1024", "json-rr64:1024");
    String introduction =
        """
        # Wirelace with and without compression

        Written by `benchmarks/compare --study %s`; do not edit. The same server, the same handlers (ordered, on virtual
        threads), the same driver; only the client's `compression` differs. Bodies are text that resembles JSON. Server
        and client are a process each, over %s. Medians of the runs, with the least and the most; × off is the ratio to
        Wirelace without compression in the same runs. Every one-way message was counted by the receiver.

        ![Ratios to no compression](comparison.svg)

        """
            .formatted(name, place);
    List<Target> targets =
        Stream.of("lz4", "zstd")
            .flatMap(algorithm -> workloads.stream().map(on -> compressed(algorithm, on, least)))
            .toList();
    List<Entrant> entrants =
        Stream.concat(
                Stream.of(Entrant.named(OURS)),
                Entrant.all().stream().filter(Entrant::isCompressing))
            .toList();
    return new Study(
        name,
        OURS,
        "off",
        introduction,
        entrants,
        workloads,
        workloads,
        targets,
        Path.of("docs", "benchmarks", name));
  }

  private static Target compressed(String algorithm, String workload, double least) {
    String what = workload + ", " + algorithm + ": rate at least " + least + " × off";
    return Target.rate(what, "wirelace-" + algorithm, workload, OURS, least);
  }

  private static final List<Study> ALL =
      List.of(PEERS, TRANSPORTS, COMPRESSION, NARROW, REGRESSIONS);

  /** The one of that name. */
  static Study named(String name) {
    return ALL.stream()
        .filter(study -> study.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "study: "
                    + name
                    + " (expected one of "
                    + String.join(", ", ALL.stream().map(Study::name).toList())
                    + ")"));
  }
}
