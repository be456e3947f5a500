package io.wirelace.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetTest {
  private static Result result(String contender, String workload, String number, double value) {
    return new Result(contender, workload, 1, "", Map.of(number, value));
  }

  private static Target.Verdict judge(Target target, Result... results) {
    return target.judge(new Summary("netty-tuned", List.of(results)));
  }

  @Test
  void whatWasNotMeasuredIsNeverHeld() {
    Target most = Target.p99("p99", "wirelace", "rr1:64", "netty-tuned", 1.5);

    assertThat(judge(most)).isEqualTo(new Target.Verdict("not measured", Target.Held.UNKNOWN));
    assertThat(judge(most, result("wirelace", "rr1:64", "p99_us", 1)).held())
        .isEqualTo(Target.Held.UNKNOWN);
  }

  @Test
  void aRateIsComparedWithItsOwnUnderAnotherWorkload() {
    Target flat = Target.ownRate("flat", "wirelace", "threads:4", "threads:1", 0.75);
    Result one = result("wirelace", "threads:1", "rate", 100);

    assertThat(judge(flat, one, result("wirelace", "threads:4", "rate", 75)))
        .isEqualTo(new Target.Verdict("0.75 ×", Target.Held.YES));
    assertThat(judge(flat, one, result("wirelace", "threads:4", "rate", 74)).held())
        .isEqualTo(Target.Held.NO);
  }

  @Test
  void onlyWhatATargetIsJudgedByIsNeeded() {
    Target flat = Target.ownRate("flat", "wirelace", "threads:4", "threads:1", 0.75);
    assertThat(flat.needs("wirelace", "threads:4")).isTrue();
    assertThat(flat.needs("wirelace", "threads:1")).isTrue();
    assertThat(flat.needs("wirelace", "threads:16")).isFalse();
    assertThat(flat.needs("netty-tuned", "threads:1")).isFalse();

    Target bytes = Target.bytes("bytes", "wirelace", "idle:10", 4096);
    assertThat(bytes.needs("wirelace", "idle:10")).isTrue();
    assertThat(bytes.needs("netty-tuned", "idle:10")).isFalse();

    Target ahead = Target.ahead("ahead", "wirelace", List.of("oneway:64"));
    assertThat(ahead.needs("vertx", "oneway:64")).isTrue();
    assertThat(ahead.needs("wirelace", "oneway:64")).isTrue();
    assertThat(ahead.needs("netty-naive", "oneway:64")).isFalse();
    assertThat(ahead.needs("vertx", "rr1:64")).isFalse();
  }

  @Test
  void upperLimitsAreOfTheRatio() {
    Target most = Target.p50("p50", "wirelace", "rr1:64", "netty-tuned", 1.1);
    Result tuned = result("netty-tuned", "rr1:64", "p50_us", 10);

    assertThat(judge(most, tuned, result("wirelace", "rr1:64", "p50_us", 11)).held())
        .isEqualTo(Target.Held.YES);
    assertThat(judge(most, tuned, result("wirelace", "rr1:64", "p50_us", 12)))
        .isEqualTo(new Target.Verdict("1.20 ×", Target.Held.NO));
  }

  @Test
  void aheadEverywhereNeedsEveryRow() {
    Target ahead = Target.ahead("ahead", "wirelace", List.of("oneway:64", "idle:10"));
    Result ours = result("wirelace", "oneway:64", "rate", 9);
    Result peer = result("vertx", "oneway:64", "rate", 3);
    Result idle = result("wirelace", "idle:10", "bytes", 200);

    assertThat(judge(ahead, ours, peer))
        .isEqualTo(new Target.Verdict("1 of 2, 1 not measured", Target.Held.UNKNOWN));
    assertThat(judge(ahead, ours, peer, idle, result("rsocket", "idle:10", "bytes", 100)))
        .isEqualTo(new Target.Verdict("1 of 2; behind at idle:10: 2.00 × rsocket", Target.Held.NO));
    assertThat(judge(ahead, ours, peer, idle, result("rsocket", "idle:10", "bytes", 300)).held())
        .isEqualTo(Target.Held.YES);
  }

  @Test
  void everyTargetOfEveryStudyIsAboutAWorkloadOfThatStudy() {
    for (Study study : List.of(Study.PEERS, Study.TRANSPORTS, Study.NARROW)) {
      for (Target target : study.targets()) {
        List<String> workloads =
            switch (target) {
              case Target.Limit limit -> List.of(limit.number().workload(), limit.ofWorkload());
              case Target.Ahead ahead -> ahead.workloads();
            };
        assertThat(study.workloads()).containsAll(workloads);
      }
    }
  }
}
