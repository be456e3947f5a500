package io.wirelace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorCommandTest {
  @ParameterizedTest
  @ValueSource(strings = {"-645", "645", "no_route", "NO-ROUTE"})
  void aCodeIsFoundByNumberAndByName(String given) {
    Recording run = Recording.of("error", given);

    assertThat(run.status()).isZero();
    assertThat(run.out())
        .startsWith("-645 no_route")
        .contains(ErrorCode.NO_ROUTE.meaning(), ErrorCode.NO_ROUTE.remedy());
    assertThat(run.err()).isEmpty();
  }

  @Test
  void withoutACodeAllAreListed() {
    assertThat(Recording.of("error").out().lines()).hasSize(ErrorCode.values().length);
  }

  @Test
  void jsonIsOneObjectALine() {
    assertThat(Recording.of("error", "--json", "-645").out())
        .isEqualToIgnoringNewLines(
            "{\"code\":-645,\"name\":\"no_route\",\"meaning\":\""
                + ErrorCode.NO_ROUTE.meaning()
                + "\",\"likely_cause\":\""
                + ErrorCode.NO_ROUTE.likelyCause()
                + "\",\"what_to_do\":\""
                + ErrorCode.NO_ROUTE.remedy()
                + "\",\"retryable\":false,\"exit\":7}");
    assertThat(Recording.of("error", "--json").out().lines())
        .hasSize(ErrorCode.values().length)
        .allMatch(line -> line.startsWith("{\"code\":-") && line.endsWith("}"));
  }

  @Test
  void anUnknownNumberIsRefusedWithTheNearest() {
    Recording run = Recording.of("error", "-653");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("no error code -653", "-652 duplicate_request_id");
  }

  @Test
  void aMistypedNameIsRefusedWithTheNearest() {
    Recording run = Recording.of("error", "no_rout");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("did you mean no_route?");
  }
}
