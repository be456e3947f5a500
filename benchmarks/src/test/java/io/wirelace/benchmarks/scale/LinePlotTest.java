package io.wirelace.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinePlotTest {
  private static String svg(LinePlot.Scale scale, double y) {
    LinePlot.Point point = new LinePlot.Point(10, Spread.of(List.of(y)));
    return new LinePlot("n", "t", "x", "y", scale, List.of(new LinePlot.Line("a", List.of(point))))
        .svg();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1.1, 2", "2.1, 2.5", "0.26, 0.5", "60, 100", "0.001, 0.001"})
  void stepsOfTheAxisAreRound(double value, double step) {
    assertThat(LinePlot.step(value)).isEqualTo(step);
  }

  @Test
  void onePointAndNoneAtAllAreDrawnToo() {
    assertThat(svg(LinePlot.Scale.LINEAR, 3)).contains("<circle").doesNotContain("NaN");
    assertThat(svg(LinePlot.Scale.LOGARITHMIC, 3)).contains("<circle").doesNotContain("NaN");
    assertThat(svg(LinePlot.Scale.LINEAR, 0)).doesNotContain("NaN", "Infinity");
    assertThat(svg(LinePlot.Scale.LOGARITHMIC, 0)).doesNotContain("NaN", "Infinity");
    assertThat(
            new LinePlot(
                    "n",
                    "t",
                    "x",
                    "y",
                    LinePlot.Scale.LOGARITHMIC,
                    List.of(new LinePlot.Line("a", List.of())))
                .svg())
        .doesNotContain("NaN", "Infinity");
  }
}
