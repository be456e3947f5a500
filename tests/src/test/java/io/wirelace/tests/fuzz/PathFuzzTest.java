package io.wirelace.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A round of the fuzz over each transport; {@code tests/fuzz} runs it for longer. */
class PathFuzzTest {
  private static final String SEED = "1";

  @Test
  void everyMessageIsHandledOnceInOrderAndNoneIsLost() {
    List<String> lines = new ArrayList<>();
    List<String> args =
        List.of(
            "--seconds", System.getProperty("wirelace.fuzz.seconds", "0"),
            "--seed", System.getProperty("wirelace.fuzz.seed", SEED));
    int findings = new Fuzz(FuzzOptions.parse(args), lines::add).run();
    assertThat(findings).as(String.join("\n", lines)).isZero();
  }
}
