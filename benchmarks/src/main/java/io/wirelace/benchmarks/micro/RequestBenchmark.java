package io.wirelace.benchmarks.micro;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.dispatch.RunMode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Requests and answers of 64 bytes over {@code memory://}, through the public API. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RequestBenchmark {
  private static final int TOGETHER = 256;
  private static final String URI = "memory://request-benchmark";
  private static final String ECHO = "echo";

  @Param({"ORDERED", "INLINE"})
  RunMode mode;

  private final byte[] body = new byte[64];
  private Server server;
  private Client client;

  /** Starts both sides. */
  @Setup
  public void start() {
    server =
        Wirelace.server()
            .listen(URI)
            .route(ECHO, mode, (session, message) -> message.body())
            .start();
    client = Wirelace.connect(URI);
  }

  /** One request, waited for. */
  @Benchmark
  public byte[] alone() {
    return client.request(ECHO, body);
  }

  /** 256 requests in flight, waited for together; figures are for one. */
  @Benchmark
  @OperationsPerInvocation(TOGETHER)
  public void together() {
    CompletableFuture<?>[] answers = new CompletableFuture<?>[TOGETHER];
    for (int i = 0; i < TOGETHER; i++) {
      answers[i] = client.requestAsync(ECHO, body);
    }
    CompletableFuture.allOf(answers).join();
  }

  /** Stops both sides. */
  @TearDown
  public void stop() {
    client.close();
    server.close();
  }
}
