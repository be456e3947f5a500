package io.wirelace.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  /** Section 6 of the wire specification. */
  private static final String REGISTRY =
      """
      -600 connection_failed -620 session_not_found -640 send_failed -660 server_not_started
      -601 connection_refused -621 session_expired -641 receive_failed -661 server_already_running
      -602 connection_timeout -622 invalid_session -642 message_too_large -662 bind_failed
      -603 connection_closed -623 authentication_required -643 request_timeout -663 server_stopping
      -604 circuit_open -624 authentication_failed -644 cancelled -664 invalid_config
      -605 protocol_error -625 permission_denied -645 no_route
      -606 unsupported_version -626 rate_limited -646 handler_failed
      -607 tls_failed -627 session_limit -647 queue_full
      -608 handshake_failed -648 decode_failed
      -609 connection_limit -649 decompression_failed
      -610 idle_timeout -650 decryption_failed
      -611 heartbeat_timeout -651 replay_detected
      -612 going_away -652 duplicate_request_id
      -613 pool_exhausted
      -614 unsupported_transport
      -1 invalid_argument -7 already_exists -99 internal_error
      """;

  @Test
  void theRegistryIsTheSpecificationsTable() {
    Map<Integer, String> expected = new TreeMap<>();
    String[] words = REGISTRY.trim().split("\\s+", -1);
    for (int i = 0; i < words.length; i += 2) {
      expected.put(Integer.valueOf(words[i]), words[i + 1]);
    }
    Map<Integer, String> actual = new TreeMap<>();
    for (ErrorCode code : ErrorCode.values()) {
      actual.put(code.number(), code.label());
    }
    assertThat(actual).isEqualTo(expected);
    assertThat(actual).hasSize(ErrorCode.values().length);
  }

  @Test
  void aCodeIsFoundWithAndWithoutItsSign() {
    assertThat(ErrorCode.of(-645)).hasValue(ErrorCode.NO_ROUTE);
    assertThat(ErrorCode.of(645)).hasValue(ErrorCode.NO_ROUTE);
    assertThat(ErrorCode.of(0)).isEmpty();
    assertThat(ErrorCode.of(Integer.MIN_VALUE)).isEmpty();
  }

  @Test
  void eachSaysWhatItMeansWhyAndWhatToDo() {
    assertThat(Arrays.asList(ErrorCode.values()))
        .allSatisfy(code -> {
          assertThat(code.meaning()).isNotBlank();
          assertThat(code.likelyCause()).isNotBlank();
          assertThat(code.remedy()).isNotBlank();
        });
  }

  @Test
  void theConnectionLimitIsWorthARetryAndAProtocolErrorIsNot() {
    assertThat(ErrorCode.CONNECTION_LIMIT.retryable()).isTrue();
    assertThat(ErrorCode.PROTOCOL_ERROR.retryable()).isFalse();
    assertThat(ErrorCode.NO_ROUTE.retryable()).isFalse();
  }

  @Test
  void aFaultKeepsANumberThatNobodyKnows() {
    Fault fault = new Fault(-12345, "new", true, java.time.Duration.ZERO, null);
    assertThat(fault.label()).isEqualTo("unknown");
    assertThat(fault.toException().fault()).isEqualTo(fault);
    assertThat(fault.toString()).contains("-12345");
  }

  @Test
  void closingNormallyMakesNoStackTrace() {
    assertThat(new WirelaceException(ErrorCode.CONNECTION_CLOSED, "x").getStackTrace()).isEmpty();
    assertThat(new WirelaceException(ErrorCode.NO_ROUTE, "x").getStackTrace()).isNotEmpty();
  }

  @Test
  void aResultIsAValueOrAFault() {
    Result<Integer> ok = new Result.Ok<>(1);
    Result<Integer> err = new Result.Err<>(Fault.of(ErrorCode.NO_ROUTE, "x"));
    assertThat(ok.map(n -> n + 1).orThrow()).isEqualTo(2);
    assertThat(err.map(n -> n + 1).orElse(Fault::number)).isEqualTo(-645);
    assertThat(ok.isOk()).isTrue();
    org.assertj.core.api.Assertions.assertThatThrownBy(err::orThrow)
        .isInstanceOf(WirelaceException.class);
  }
}
