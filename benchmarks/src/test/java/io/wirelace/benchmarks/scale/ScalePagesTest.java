package io.wirelace.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScalePagesTest {
  private static final List<Measurement> MEASURED =
      List.of(
          measured("connections", 1000, 1, "idle_heap", 5000),
          measured("connections", 1000, 2, "idle_heap", 5200),
          measured("connections", 1000, 3, "idle_heap", 5100),
          measured("connections", 10_000, 1, "idle_heap", 4000),
          measured("fan-out", 10, 1, "flood_rate", 1_234_567),
          measured("latency", 100, 1, "at50_p99_us", 321),
          new Measurement("fan-out", 100, 1, "abc", "LOST: <3>", Map.of()));

  @TempDir Path out;

  private static Measurement measured(String part, int size, int run, String number, double value) {
    return new Measurement(part, size, run, "abc", "", Map.of(number, value));
  }

  private void write() throws Exception {
    new ScalePages(Map.of("JDK", "25 <EA>"), new Figures(MEASURED)).write(out);
  }

  @Test
  void tablesGiveMediansTheSpreadAndTheRuns() throws Exception {
    write();

    String page = Files.readString(out.resolve("scale.md"));
    assertThat(page)
        .containsPattern("\\| 1,000 \\|[^\n]* 5,100 \\(5,000 … 5,200\\) \\|")
        .contains("1,234,567")
        .contains("fan-out:100, run 1: LOST")
        .contains("| Commits measured | abc |");
    assertThat(Files.readString(out.resolve("scale.csv")))
        .contains("connections,1000,idle_heap,5100.0000,5000.0000,5200.0000,3\n");
  }

  @Test
  void thePageIsOneFileThatNeedsNoNetwork() throws Exception {
    write();

    String html = Files.readString(out.resolve("scale.html"));
    assertThat(html.split("<svg ", -1)).hasSizeGreaterThan(4);
    assertThat(html).doesNotContain("<script", "<link", "<img", "src=", "href=", "url(");
    assertThat(html).contains("<td>5,100<br><small>5,000 … 5,200</small></td>");
    assertThat(html).contains("25 &lt;EA&gt;", "LOST: &lt;3&gt;").doesNotContain("<EA>");
  }

  @Test
  void everyPlotOfTheMarkdownPageIsAFileBesideIt() throws Exception {
    write();

    assertThat(Files.readString(out.resolve("scale.md"))).contains("(memory.svg)");
    assertThat(Files.readString(out.resolve("memory.svg")))
        .startsWith("<svg xmlns=")
        .endsWith("</svg>\n")
        .contains("<circle");
  }

  @Test
  void rowsMustFillTheirTable() {
    assertThatThrownBy(() -> new Table(List.of("a", "b"), List.of(List.of("1"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void measurementsAreReadAsTheyWereWrittenAndNotOverwritten() throws Exception {
    MeasurementsFile file = new MeasurementsFile(out.resolve("results.jsonl"));
    file.start(Map.of("JDK", "25"));
    file.add(MEASURED.getFirst());
    file.start(Map.of("JDK", "26"));
    file.add(MEASURED.getLast());

    assertThat(file.read())
        .isEqualTo(
            new MeasurementsFile.Content(
                Map.of("JDK", "25"), List.of(MEASURED.getFirst(), MEASURED.getLast())));
  }
}
