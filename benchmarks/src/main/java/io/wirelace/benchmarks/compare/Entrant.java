package io.wirelace.benchmarks.compare;

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

  /** The name of the reference. */
  static final String REFERENCE = "netty-tuned";

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

  private static final String PACKAGE = "io.wirelace.benchmarks.";

  /** What a contender may not have. */
  enum Lack {
    /** Messages without an answer. */
    ONE_WAY,
    /** Sending from several threads. */
    THREADS
  }

  /** All of them, in the order of the tables. */
  static List<Entrant> all() {
    return List.of(
        new Entrant("wirelace", PACKAGE + "lace.OrderedWirelace", OURS, List.of(), Set.of()),
        new Entrant("wirelace-inline", PACKAGE + "lace.InlineWirelace", OURS, List.of(), Set.of()),
        new Entrant(
            REFERENCE,
            PACKAGE + "netty.TunedNetty",
            OURS,
            List.of(
                "-Dio.netty.allocator.type=pooled",
                UNSAFE_NETTY.get(0),
                UNSAFE_NETTY.get(1),
                UNSAFE_NETTY.get(2)),
            Set.of()),
        peer("netty-naive", "netty.NaiveNetty", OURS, Set.of(Lack.THREADS)),
        peer("rsocket", "rsocket.Rsocket", "rsocket", Set.of(Lack.THREADS)),
        peer("grpc-unary", "grpc.GrpcUnary", "grpc", Set.of(Lack.ONE_WAY, Lack.THREADS)),
        peer("grpc-stream", "grpc.GrpcStream", "grpc", Set.of(Lack.THREADS)),
        peer("vertx", "vertx.VertxSockets", "vertx", Set.of(Lack.THREADS)));
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
    return Workload.parse(workloadName).kind() != Workload.Kind.ONE_WAY
        || !lacks.contains(Lack.ONE_WAY);
  }
}
