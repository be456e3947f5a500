package io.wirelace.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegressionCheckTest {
  private static final double MOST_NOISE = 0.15;
  private static final List<String> WORKLOADS = List.of("oneway:64", "rr1:64");
  private static final StoredRatios STORED =
      new StoredRatios(0.35, "here", Map.of("wirelace.oneway-64", 0.60, "wirelace.rr1-64", 0.80));

  @TempDir Path folder;
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private final List<List<String>> asked = new ArrayList<>();

  /** Three runs of both cells of each workload. */
  private static List<Result> runs(double noise, String workload, double... ratios) {
    List<Result> results = new ArrayList<>();
    for (int run = 1; run <= ratios.length; run++) {
      Map<String, Double> reference = Map.of("rate", 1000.0, "noise", 0.0);
      Map<String, Double> ours = Map.of("rate", 1000 * ratios[run - 1], "noise", noise);
      results.add(new Result("netty-tuned", workload, run, "", reference));
      results.add(new Result("wirelace", workload, run, "", ours));
    }
    return results;
  }

  private static List<Result> both(List<Result> one, List<Result> other) {
    List<Result> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  private boolean passes(List<Result> first) throws Exception {
    return passes(first, List.of());
  }

  private boolean passes(List<Result> first, List<Result> again) throws Exception {
    Deque<List<Result>> left = new ArrayDeque<>(List.of(first, again));
    PrintStream out = new PrintStream(told, true, StandardCharsets.UTF_8);
    return new RegressionCheck(STORED, MOST_NOISE, out)
        .passes(
            WORKLOADS,
            workloads -> {
              asked.add(workloads);
              return new Summary("netty-tuned", left.remove());
            });
  }

  private static List<Result> good() {
    return runs(0, "rr1:64", 0.8, 0.8, 0.8);
  }

  @Test
  void whatIsWithinTheMarginPassesAtOnce() throws Exception {
    assertThat(passes(both(good(), runs(0, "oneway:64", 0.1, 0.40, 0.40)))).isTrue();
    assertThat(asked).containsExactly(WORKLOADS);
  }

  @Test
  void aRatioThatIsTooLowTwiceFailsAndIsNamed() throws Exception {
    assertThat(
            passes(
                both(good(), runs(0, "oneway:64", 0.30, 0.38, 0.60)),
                runs(0, "oneway:64", 0.35, 0.35, 0.60)))
        .isFalse();
    assertThat(asked).containsExactly(WORKLOADS, List.of("oneway:64"));
    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains(
            "REGRESSION: wirelace oneway:64: 0.380 and again 0.350 × netty-tuned; stored 0.600,"
                + " margin 35 %: at least 0.390");
  }

  @Test
  void aRatioThatIsTooLowOncePasses() throws Exception {
    assertThat(
            passes(
                both(good(), runs(0, "oneway:64", 0.30, 0.30, 0.30)),
                runs(0, "oneway:64", 0.60, 0.60, 0.60)))
        .isTrue();
    assertThat(told.toString(StandardCharsets.UTF_8)).contains("not seen again: wirelace oneway");
  }

  @Test
  void aNoisyMachineWarnsAndPasses() throws Exception {
    List<Result> noisy = runs(0.2, "oneway:64", 0.30, 0.30, 0.30);

    assertThat(passes(both(good(), noisy), noisy)).isTrue();
    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains(
            "WARNING, not counted: others took 20 % of the machine. wirelace oneway:64: 0.300");
  }

  @Test
  void aCellThatFailedFails() throws Exception {
    Result lost = new Result("wirelace", "rr1:64", 1, "LOST", Map.of());

    assertThat(passes(both(runs(0, "oneway:64", 0.6), List.of(lost)))).isFalse();
  }

  @Test
  void aRatioThatIsNotStoredIsAnError() {
    assertThatThrownBy(() -> passes(runs(0, "rr256:64", 0.5)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("wirelace.rr256-64 is not stored yet");
  }

  @Test
  void storingKeepsTheMarginAndIsReadBack() throws Exception {
    Path file = folder.resolve("regressions.properties");
    new StoredRatios(0.20, "there", Map.of()).write(file);

    Summary summary = new Summary("netty-tuned", runs(0, "oneway:64", 0.5, 0.6, 0.7));
    StoredRatios.measured(summary, file, "here").write(file);

    assertThat(StoredRatios.read(file))
        .isEqualTo(new StoredRatios(0.20, "here", Map.of("wirelace.oneway-64", 0.6)));
  }

  @Test
  void aFileThatMakesNoSenseIsRefused() throws Exception {
    Path file = folder.resolve("regressions.properties");
    Files.writeString(file, "margin = 0.35\nwirelace.oneway-64 = fast\n");

    assertThatThrownBy(() -> StoredRatios.read(file))
        .hasMessageContaining("wirelace.oneway-64: fast (expected a number above 0)");
  }
}
