package io.wirelace.benchmarks.compare;

import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.benchmarks.contender.Workload;
import java.util.List;
import java.util.Set;

/**
 * A contender as the runner knows it.
 *
 * @param name what it is called in options and tables
 * @param className the class that serves and drives it
 * @param classPath whose class path it runs on: {@link #OURS}, or a folder of {@code peers}
 * @param jvmFlags what it needs besides {@link #COMMON_FLAGS}
 * @param lacks workloads that it has no way to do
 */
record Entrant(
    String name, String className, String classPath, List<String> jvmFlags, Set<Lack> lacks) {
  /** The class path that the runner itself is on. */
  static final String OURS = "";

  /** With handlers that event loops carry, which is not the default. */
  static final String CARRIED = "wirelace-carried";

  /** The reference among the peers. */
  static final String TUNED_NETTY = "netty-tuned";

  /** Bare Netty over TLS. */
  static final String NETTY_TLS = "netty-tls";

  /** Wirelace's TLS server under the same client as that. */
  static final String TLS_SERVER = "wirelace-tls-server";

  /** Those whom Wirelace is to be ahead of. */
  static final Set<String> PEERS = Set.of("rsocket", "grpc-unary", "grpc-stream", "vertx");

  /** The same for every process. */
  static final List<String> COMMON_FLAGS =
      List.of("-Xms512m", "-Xmx1g", "-XX:+UseParallelGC", "--enable-native-access=ALL-UNNAMED");

  // So that a Netty that would do without Unsafe on a new JDK is not held back.
  private static final List<String> UNSAFE_NETTY =
      List.of(
          "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
          "-Dio.netty.tryReflectionSetAccessible=true",
          "-Dio.netty.noUnsafe=false");

  /** Lets event loops carry handlers' virtual threads; lace has it in its jar. */
  private static final List<String> CARRIERS =
      List.of("--add-opens=java.base/java.lang=ALL-UNNAMED");

  private static final String PACKAGE = "io.wirelace.benchmarks.";

  /** What a contender may not have. */
  enum Lack {
    /** Messages without an answer. */
    ONE_WAY,
    /** Sending from several threads. */
    THREADS,
    /** Opening connections as fast as it can. */
    CONNECT,
    /** All but that. */
    ALL_BUT_CONNECT
  }

  /** All of them, in the order of the tables. */
  static List<Entrant> all() {
    return List.of(
        new Entrant("wirelace", PACKAGE + "lace.OrderedWirelace", OURS, List.of(), Set.of()),
        new Entrant("wirelace-inline", PACKAGE + "lace.InlineWirelace", OURS, List.of(), Set.of()),
        new Entrant(CARRIED, PACKAGE + "lace.CarriedWirelace", OURS, CARRIERS, Set.of()),
        new Entrant(
            TUNED_NETTY,
            PACKAGE + "netty.TunedNetty",
            OURS,
            List.of(
                "-Dio.netty.allocator.type=pooled",
                UNSAFE_NETTY.get(0),
                UNSAFE_NETTY.get(1),
                UNSAFE_NETTY.get(2)),
            Set.of(Lack.CONNECT)),
        peer("netty-naive", "netty.NaiveNetty", OURS, Set.of(Lack.THREADS, Lack.CONNECT)),
        peer("rsocket", "rsocket.Rsocket", "rsocket", Set.of(Lack.THREADS, Lack.CONNECT)),
        peer(
            "grpc-unary",
            "grpc.GrpcUnary",
            "grpc",
            Set.of(Lack.ONE_WAY, Lack.THREADS, Lack.CONNECT)),
        peer("grpc-stream", "grpc.GrpcStream", "grpc", Set.of(Lack.THREADS, Lack.CONNECT)),
        peer("vertx", "vertx.VertxSockets", "vertx", Set.of(Lack.THREADS, Lack.CONNECT)),
        over("unix"),
        over("tls"),
        over("ws"),
        over("wss"),
        over("quic"),
        over("any"),
        compressing("lz4"),
        compressing("zstd"),
        peer(TLS_SERVER, "lace.TlsServerWirelace", OURS, Set.of(Lack.ALL_BUT_CONNECT)),
        peer(NETTY_TLS, "netty.TlsNetty", OURS, Set.of(Lack.ALL_BUT_CONNECT)));
  }

  private static Entrant over(String scheme) {
    return new Entrant(
        "wirelace-" + scheme,
        PACKAGE + "lace.OrderedWirelace#" + scheme,
        OURS,
        List.of(),
        Set.of(Lack.THREADS));
  }

  private static Entrant compressing(String algorithm) {
    String type = PACKAGE + "lace.CompressingWirelace#" + algorithm;
    return new Entrant("wirelace-" + algorithm, type, OURS, List.of(), Set.of(Lack.THREADS));
  }

  /** Whether it is one of the transports, and not of the peers. */
  boolean isTransport() {
    return className.contains("OrderedWirelace#")
        || name.equals(NETTY_TLS)
        || name.equals(TLS_SERVER);
  }

  /** Whether it is Wirelace that compresses. */
  boolean isCompressing() {
    return className.contains("CompressingWirelace#");
  }

  private static Entrant peer(String name, String type, String classPath, Set<Lack> lacks) {
    return new Entrant(name, PACKAGE + type, classPath, UNSAFE_NETTY, lacks);
  }

  /** The one of that name. */
  static Entrant named(String name) {
    return all().stream()
        .filter(entrant -> entrant.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "contender: "
                    + name
                    + " (expected one of "
                    + String.join(", ", all().stream().map(Entrant::name).toList())
                    + ")"));
  }

  /** Whether it can do a workload. */
  boolean does(String workloadName) {
    if (workloadName.startsWith("threads:")) {
      return !lacks.contains(Lack.THREADS);
    }
    Workload workload = Workload.parse(workloadName);
    if (workload.content() == Bodies.Content.JSON && !name.startsWith("wirelace")) {
      return false; // some drivers make bodies of their own
    }
    Workload.Kind kind = workload.kind();
    if (kind == Workload.Kind.CONNECT) {
      return !lacks.contains(Lack.CONNECT);
    }
    return !lacks.contains(Lack.ALL_BUT_CONNECT)
        && (kind != Workload.Kind.ONE_WAY || !lacks.contains(Lack.ONE_WAY));
  }
}
