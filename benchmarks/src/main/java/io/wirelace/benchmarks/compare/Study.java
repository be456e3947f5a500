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
  private static final String INLINE = "wirelace-inline";
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

          """,
          Entrant.all().stream().filter(entrant -> !entrant.isTransport()).toList(),
          List.of(
              "oneway:64",
              "oneway:1024",
              "rr1:64",
              "call:64",
              "rr256:64",
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
              "idle:1000",
              "threads:4"),
          List.of(
              Target.rate("One-way, 64 B, rate at least 0.25 × T", OURS, "oneway:64", TUNED, 0.25),
              Target.rate("The same inline, at least 0.40 × T", INLINE, "oneway:64", TUNED, 0.40),
              Target.p50("Depth 1, p50 at most 1.3 × T", OURS, "rr1:64", TUNED, 1.3),
              Target.p50("Depth 1 inline, p50 at most 1.3 × T", INLINE, "rr1:64", TUNED, 1.3),
              Target.rate("Depth 256, rate at least 0.50 × T", OURS, "rr256:64", TUNED, 0.50),
              Target.rate(
                  "Depth 256 inline, rate at least 0.50 × T", INLINE, "rr256:64", TUNED, 0.50),
              Target.bytes(
                  "10,000 idle connections cost at most 8 KiB of heap and direct memory each",
                  OURS,
                  "idle:10000",
                  8 * KIB)),
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
          by the receiver. `netty-tls` is a bare Netty pair with the same TLS provider, for the handshakes alone.

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
                  "wirelace-tls",
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

  /** The one of that name. */
  static Study named(String name) {
    return Stream.of(PEERS, TRANSPORTS)
        .filter(study -> study.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "study: " + name + " (expected " + PEERS.name + " or " + TRANSPORTS.name + ")"));
  }
}
