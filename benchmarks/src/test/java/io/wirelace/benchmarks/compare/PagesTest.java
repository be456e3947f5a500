package io.wirelace.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagesTest {
  private static final List<Result> RESULTS =
      List.of(
          oneWay("netty-tuned", 1, 100),
          oneWay("netty-tuned", 2, 300),
          oneWay("netty-tuned", 3, 200),
          oneWay("wirelace", 1, 60),
          oneWay("vertx", 1, 20),
          new Result("rsocket", "oneway:64", 1, "LOST: sent 3, the receiver counted 2", Map.of()));

  @TempDir Path out;

  private static Result oneWay(String contender, int run, double rate) {
    return new Result(contender, "oneway:64", run, "", Map.of("rate", rate));
  }

  @Test
  void ratiosAreOfMedians() {
    Summary summary = new Summary("netty-tuned", RESULTS);

    assertThat(summary.ratio("wirelace", "oneway:64", "rate")).hasValue(0.3);
    assertThat(summary.ratio("vertx", "oneway:64", "p50_us")).isEmpty();
  }

  @Test
  void thePageSaysTargetsPeersAndFailures() throws Exception {
    Pages.write(out, Study.PEERS, Map.of("Command", "`benchmarks/compare`"), RESULTS);

    assertThat(Files.readString(out.resolve("comparison.md")))
        .contains("| oneway:64, wirelace: rate at least 0.45 × T | 0.30 × | **no** |")
        .contains("| wirelace | 60 | 60 … 60 | 0.300 |")
        .contains("**yes** (3.00 × vertx)")
        .contains("rsocket oneway:64, run 1: LOST: sent 3");
    assertThat(Files.readString(out.resolve("comparison.csv")))
        .contains("oneway:64,netty-tuned,rate,200.000,100.000,300.000,3,1.0000\n");
    assertThat(Files.readString(out.resolve("comparison.svg"))).contains("</svg>");
  }

  @Test
  void ofResultsOfTwoTimesWhatDiffersIsToldOfBoth() {
    Map<String, String> before = Map.of("JDK", "25", "Commit", "abc", "vertx", "vertx-core 5");
    Map<String, String> now = Map.of("JDK", "25", "Commit", "def");

    assertThat(Facts.both(before, now))
        .containsOnly(
            Map.entry("JDK", "25"),
            Map.entry("Commit", "abc; then def"),
            Map.entry("vertx", "vertx-core 5"));
  }

  @Test
  void resultsAreReadAsTheyWereWritten() throws Exception {
    Path path = out.resolve("results.jsonl");
    ResultsFile file = new ResultsFile(path);
    file.start(Map.of("JDK", "25"));
    for (Result result : RESULTS) {
      file.add(result);
    }

    assertThat(ResultsFile.read(path))
        .isEqualTo(new ResultsFile.Content(Map.of("JDK", "25"), RESULTS));
  }
}
