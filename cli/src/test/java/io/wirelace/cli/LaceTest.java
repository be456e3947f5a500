package io.wirelace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaceTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense|Unmatched argument",
        "serve --lisen x|--listen",
        "request|ROUTE",
        "request echo --timeout 5x|5x (expected a value such as 500ms, 5s or 2m)",
        "request echo --timeout 0|--timeout 0 (expected more than 0)",
        "send sink --size 1XB|1XB (expected a value such as 64KiB)",
        "send sink --count 0|--count 0 (expected 1 or more)",
        "request echo hi --header X=y|--header X=…: header key X (expected lower case)",
        "request echo hi --header =y|--header",
        "request echo @/dev/zero|body @/dev/zero: more than 16777215 bytes",
        "request echo @/|body @/:",
        "send sink body --size 3|both BODY and --size",
        "bench --mode backwards|expected oneway, request or connect",
        "bench --depth 0|--depth 0 (expected 1 to 65536)",
        "completion fish|expected bash or zsh",
        "cert make|expected ca, server, client or show",
        "cert client|no name",
        "cert client ../x|of letters, digits",
        "cert server --days 0|--days 0 (expected 1 to 3650)",
        "cert server alice|expected --name",
      })
  void aMistakeIsNamedAndExitsWith2(String line, String told) {
    Recording run = Recording.of(line.split(" ", -1));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(told);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void whatIsTooLongIsNamedAndExitsWith2() {
    String route = "r".repeat(256);
    for (String[] line :
        new String[][] {
          {"request", route, "hi"},
          {"send", route, "hi"},
          {"request", "echo", "hi", "--header", "k".repeat(256) + "=v"},
          {"request", "echo", "hi", "--header", "k=" + "v".repeat(65_536)},
        }) {
      Recording run = Recording.of(line);

      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).contains("expected", " bytes").doesNotContain("a defect of lace");
    }
  }

  @Test
  void noCommandListsThem() {
    Recording run = Recording.of();

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("bench, cert, completion, demo").doesNotContain("warm-up");
  }

  @Test
  void helpIsData() {
    Recording run = Recording.of("--help");

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("serve", "request", "130 interrupted").doesNotContain("warm-up");
    assertThat(Recording.of("help", "serve").out()).contains("--listen", "LACE_MAX_IN_FLIGHT");
  }

  @Test
  void theVersionBeginsWithTheName() {
    assertThat(Recording.of("version").out()).startsWith("lace ");
    assertThat(Recording.of("--version").out()).isEqualTo(Recording.of("version").out());
    assertThat(Recording.of("version", "--json").out()).startsWith("{\"version\":");
  }

  @Test
  void completionKnowsCommandsAndOptions() {
    assertThat(Recording.of("completion", "bash").out())
        .contains("request", "--timeout", "--listen");
    assertThat(Recording.of("completion", "zsh").out()).startsWith("autoload").contains("--listen");
  }

  @Test
  void nobodyListeningExitsWith4AndSaysWhatToDo() {
    Recording run = Recording.of("request", "-e", "tcp://127.0.0.1:1", "echo");

    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).contains("tcp://127.0.0.1:1", "-601", "check that the server runs");
  }
}
