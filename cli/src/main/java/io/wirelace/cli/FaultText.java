package io.wirelace.cli;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.PeerText;

/** A fault as a person, and as a script, gets to see it. */
final class FaultText {
  private FaultText() {}

  /** What happened, and in a second line what to do about it. */
  static String of(Fault fault) {
    ErrorCode code = ErrorCode.of(fault.number()).orElse(null);
    String message = fault.message();
    if (message.isEmpty()) {
      message = code == null ? "no more is known" : code.meaning();
    }
    String what = PeerText.escaped(message) + " [" + fault.number() + " " + fault.label() + "]";
    return code == null ? what : what + System.lineSeparator() + "      " + code.remedy();
  }

  /** The fault as the value of the key {@code error}. */
  static JsonLine json(Fault fault) {
    return new JsonLine()
        .put(
            "error",
            new JsonLine()
                .put("code", fault.number())
                .put("name", fault.label())
                .put("message", fault.message())
                .put("retryable", fault.retryable())
                .put("retry_after_ms", fault.retryAfter().toMillis()));
  }
}
