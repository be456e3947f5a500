package io.wirelace.tests.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lace bench}, {@code lace demo} and {@code lace warm-up} as processes. */
class MeasureProgramTest {
  private static final Pattern KEY = Pattern.compile("\"([a-z0-9_]+)\":");

  @ParameterizedTest
  @ValueSource(strings = {"oneway", "request", "connect"})
  void benchPrintsExactlyTheseKeysAndLosesNothing(String mode) throws Exception {
    LaceProcess.Finished run =
        LaceProcess.run(
            "bench", "--json", "--mode", mode, "--size", "100", "--time", "500ms", "--warmup", "0");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(1);
    assertThat(KEY.matcher(run.out()).results().map((MatchResult key) -> key.group(1)))
        .containsExactly(
            "mode",
            "transport",
            "size",
            "depth",
            "connections",
            "seconds",
            "messages",
            "rate",
            "mb_per_s",
            "p50_us",
            "p99_us",
            "p999_us",
            "max_us",
            "errors",
            "lost");
    assertThat(run.out())
        .startsWith("{\"mode\":\"" + mode + "\",\"transport\":\"tcp\",\"size\":100,")
        .endsWith(",\"errors\":0,\"lost\":0}" + System.lineSeparator())
        .doesNotContain("\"messages\":0,");
  }

  @Test
  void transportsSideBySideLoseNothingAndHaveTheirCurvesInOnePage(@TempDir Path folder)
      throws Exception {
    Path page = folder.resolve("curves.html");
    String all = "tcp,tls,unix,ws,wss,quic,udp";
    LaceProcess.Finished run =
        LaceProcess.run(
            "bench",
            "--over",
            all,
            "--mode",
            "request",
            "--json",
            "--time",
            "300ms",
            "--warmup",
            "0",
            "--html",
            page.toString());

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(7);
    String html = Files.readString(page);
    for (String transport : all.split(",", -1)) {
      assertThat(run.out()).contains("\"transport\":\"" + transport + "\"");
      assertThat(html).contains("<title>" + transport + "</title>");
    }
    // Opens without a network: it refers to nothing outside itself.
    assertThat(html).doesNotContain("src=").doesNotContain("href=").doesNotContain("url(");
  }

  @Test
  void anUnknownTransportIsAMistakeOfTheCommandLine() throws Exception {
    LaceProcess.Finished run = LaceProcess.run("bench", "--over", "tcp,carrier-pigeon");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("carrier-pigeon (expected some of tcp,tls,unix");
  }

  @Test
  void aRateIsKept() throws Exception {
    LaceProcess.Finished run =
        LaceProcess.run(
            "bench",
            "--json",
            "--inline",
            "--rate",
            "200",
            "--connections",
            "2",
            "--time",
            "1s",
            "--warmup",
            "0");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).containsPattern("\"messages\":(19\\d|20\\d|21\\d),");
  }

  @Test
  void theDemoHolds() throws Exception {
    LaceProcess.Finished run = LaceProcess.run("demo");

    assertThat(run.status()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("tcp echo", "memory echo").doesNotContain("FAILED", "\u001b");
    assertThat(run.out().lines()).last().asString().matches("all \\d+ ok");
  }

  @Test
  void theTrainingRunEndsByItself() throws Exception {
    LaceProcess.Finished run = LaceProcess.run("warm-up");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).isEqualToIgnoringNewLines("warm");
  }
}
