package io.wirelace.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class HtmlPageTest {
  private static final Pattern SVG = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);

  private static Result rate(String contender, int run, double rate) {
    return new Result(
        contender, "rr1:64", run, "", Map.of("rate", rate, "p50_us", 1e6 / rate, "p99_us", 90.0));
  }

  private static final List<Result> RESULTS =
      List.of(
          rate("netty-tuned", 1, 100_000),
          rate("wirelace", 1, 40_000),
          rate("wirelace", 2, 50_000),
          rate("wirelace", 3, 80_000),
          rate("vertx", 1, 25_000),
          new Result("wirelace", "idle:10", 1, "", Map.of("bytes", 4000.0)),
          new Result("rsocket", "rr1:64", 1, "<ended> & silent", Map.of()));

  private static String page() {
    Map<String, String> facts = Map.of("JVM flags of all", "`-Xmx1g`", "JDK", "25");
    return new HtmlPage(Study.PEERS, facts, new Summary("netty-tuned", RESULTS)).text();
  }

  @Test
  void nothingIsFetchedToShowIt() {
    assertThat(page())
        .doesNotContainIgnoringCase("<script")
        .doesNotContain("<link", "<img", "src=", "url(", "@import", "http://", "https://");
  }

  @Test
  void lightAndDarkFollowTheReader() {
    assertThat(page()).contains("@media(prefers-color-scheme:dark)");
  }

  @Test
  void eachNumberIsPlottedWithItsSpreadAndItsRatio() throws Exception {
    List<String> plots = SVG.matcher(page()).results().map(MatchResult::group).toList();

    assertThat(plots).hasSize(4); // rate, p50 and p99 of rr1:64; bytes of idle:10
    for (String plot : plots) {
      DocumentBuilderFactory.newInstance() // throws unless it is well-formed
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(plot)));
    }
    assertThat(plots.getFirst())
        .contains("aria-label='rr1:64, messages a second'")
        .contains("wirelace: 50,000.0 (40,000.0 … 80,000.0, 3 runs)")
        .contains("wirelace: 0.500 × T");
  }

  @Test
  void thePageSaysTargetsTablesFailuresAndHow() {
    assertThat(page())
        .contains(
            "<td>rr1:64, wirelace: p50 at most 1.1 × T</td><td>2.00 ×</td>"
                + "<td><span class=\"no\">no</span></td>")
        .contains(
            "<td>many50x16:64, wirelace: rate at least 0.80 × T</td><td>not measured</td><td>–")
        .contains("<td>50,000</td><td>40,000 … 80,000</td><td>0.500</td>")
        .contains("<li>rsocket rr1:64, run 1: &lt;ended&gt; &amp; silent</li>")
        .contains("<td>JVM flags of all</td><td><code>-Xmx1g</code></td>");
  }

  @Test
  void axesEndAtNumbersThatPeopleLike() {
    assertThat(Steps.atLeast(13)).isEqualTo(20);
    assertThat(Steps.atLeast(20)).isEqualTo(20);
    assertThat(Steps.atLeast(0.3)).isEqualTo(0.5);
    assertThat(Steps.atMost(0.3)).isEqualTo(0.2);
    assertThat(Steps.atMost(0.004)).isEqualTo(0.002);
  }
}
