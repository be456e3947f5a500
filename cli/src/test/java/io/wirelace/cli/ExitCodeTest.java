package io.wirelace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCodeTest {
  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT, 2",
    "INVALID_CONFIG, 3",
    "UNSUPPORTED_TRANSPORT, 3",
    "CONNECTION_FAILED, 4",
    "CONNECTION_REFUSED, 4",
    "CONNECTION_TIMEOUT, 4",
    "CONNECTION_CLOSED, 4",
    "REQUEST_TIMEOUT, 5",
    "CONNECTION_LIMIT, 6",
    "AUTHENTICATION_REQUIRED, 6",
    "PERMISSION_DENIED, 6",
    "RATE_LIMITED, 6",
    "SESSION_LIMIT, 6",
    "SERVER_STOPPING, 6",
    "MESSAGE_TOO_LARGE, 7",
    "NO_ROUTE, 7",
    "HANDLER_FAILED, 7",
    "DECODE_FAILED, 7",
    "BIND_FAILED, 1",
    "INTERNAL_ERROR, 1"
  })
  void anErrorCodeHasOneExitCode(ErrorCode code, int status) {
    assertThat(ExitCode.of(Fault.of(code, "")).status()).isEqualTo(status);
  }

  @Test
  void everyRefusalToServeThisCallerIsRefused() {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.number() <= -620 && code.number() > -630) {
        assertThat(ExitCode.of(code)).as(code.label()).isEqualTo(ExitCode.REFUSED);
      }
    }
  }

  @Test
  void noErrorCodeExitsAsIfAllWereWell() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(ExitCode.of(code)).as(code.label()).isNotEqualTo(ExitCode.OK);
    }
  }

  @Test
  void aNumberOfANewerServerCountsAsAnswered() {
    Fault unknown = new Fault(-698, "new", false, Duration.ZERO, null);

    assertThat(ExitCode.of(unknown)).isEqualTo(ExitCode.ANSWERED);
  }
}
