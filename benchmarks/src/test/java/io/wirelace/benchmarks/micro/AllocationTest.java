package io.wirelace.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * At steady state an inline handler costs the array of the body that it takes and nothing else, and
 * sending costs nothing. Bytes a message by JMH's profiler of the collector, which counts those of
 * all threads: the same however busy the machine is.
 */
class AllocationTest {
  /** What an array is larger than what it holds, with compressed class pointers. */
  private static final int ARRAY_HEADER_BYTES = 16;

  /** For what is allocated once a read or a chunk, and for what the JVM does beside. */
  private static final double SMALLEST_OBJECT_BYTES = 16;

  private static final double SPARE_BYTES = 1;

  private static final int WARM_UPS = 2;
  private static final int MEASUREMENTS = 2;

  @BeforeAll
  static void besideOthers() {
    // Its lock is against disturbed times; bytes are not disturbed.
    System.setProperty("jmh.ignoreLock", "true");
  }

  private static double bytesAMessage(
      Class<?> benchmark, String method, Map<String, String> parameters) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
            .addProfiler(GCProfiler.class)
            .forks(1) // without what the build's JVM is told about leak detection
            .jvmArgs("-Xmx512m", "-XX:+UseParallelGC", "--enable-native-access=ALL-UNNAMED")
            .warmupIterations(WARM_UPS)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(MEASUREMENTS)
            .measurementTime(TimeValue.seconds(1))
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true);
    parameters.forEach(options::param);
    Result<?> bytes =
        new Runner(options.build()).runSingle().getSecondaryResults().get("gc.alloc.rate.norm");
    return Objects.requireNonNull(bytes, "this JVM does not count what threads allocate")
        .getScore();
  }

  private static double inline(String method, DispatchBenchmark.Handling handling)
      throws RunnerException {
    return bytesAMessage(
        DispatchBenchmark.class, method, Map.of("mode", "INLINE", "handling", handling.name()));
  }

  @ParameterizedTest
  @CsvSource({"body64", "body1024"})
  void anInlineHandlerThatLeavesTheBodyCostsNothing(String method) throws Exception {
    assertThat(inline(method, DispatchBenchmark.Handling.LOOKS_AT_BODY)).isLessThan(SPARE_BYTES);
  }

  @ParameterizedTest
  @CsvSource({"body64, 64", "body1024, 1024"})
  void anInlineHandlerThatTakesTheBodyCostsItsArrayAlone(String method, int bodyBytes)
      throws Exception {
    int array = ARRAY_HEADER_BYTES + bodyBytes;

    assertThat(inline(method, DispatchBenchmark.Handling.TAKES_BODY))
        .isBetween((double) array, array + SPARE_BYTES);
  }

  @ParameterizedTest
  @CsvSource({"threads1", "threads4"})
  void sendingMakesNoObjectAMessage(String method) throws Exception {
    // A chunk of messages costs the channel within this process an object, and how many messages
    // share one is for the scheduler to say: a message costs less than the smallest object there
    // is.
    assertThat(bytesAMessage(SendBenchmark.class, method, Map.of("bodyBytes", "64")))
        .isLessThan(SMALLEST_OBJECT_BYTES);
  }
}
