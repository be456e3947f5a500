package io.wirelace.cli;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;

/** What {@code lace} exits with, and which error code becomes which. */
enum ExitCode {
  /** All went well. */
  OK(0),
  /** It failed, for a reason that has no number of its own. */
  FAILED(1),
  /** The command line cannot be understood. */
  USAGE(2),
  /** The configuration cannot be used. */
  CONFIG(3),
  /** No connection, or it broke. */
  NOT_CONNECTED(4),
  /** No answer in time. */
  TIMEOUT(5),
  /** The server does not want this caller, or not now. */
  REFUSED(6),
  /** The server answered with an error. */
  ANSWERED(7),
  /** Interrupted from the keyboard. */
  INTERRUPTED(130);

  /** -620 to -629 are about who calls, and whether he may. */
  private static final int SESSION_CODES = -620;

  private final int status;

  ExitCode(int status) {
    this.status = status;
  }

  /** The number for the operating system. */
  int status() {
    return status;
  }

  /** The exit code of a fault; numbers that a newer server invented count as answered. */
  static ExitCode of(Fault fault) {
    return ErrorCode.of(fault.number()).map(ExitCode::of).orElse(ANSWERED);
  }

  /** The exit code of an error code. */
  static ExitCode of(ErrorCode code) {
    if (code.number() <= SESSION_CODES && code.number() > SESSION_CODES - 10) {
      return REFUSED;
    }
    return switch (code) {
      case INVALID_ARGUMENT -> USAGE;
      case INVALID_CONFIG, UNSUPPORTED_TRANSPORT -> CONFIG;
      case CONNECTION_FAILED,
          CONNECTION_REFUSED,
          CONNECTION_TIMEOUT,
          CONNECTION_CLOSED,
          CIRCUIT_OPEN,
          TLS_FAILED,
          HANDSHAKE_FAILED,
          IDLE_TIMEOUT,
          HEARTBEAT_TIMEOUT,
          POOL_EXHAUSTED ->
          NOT_CONNECTED;
      case REQUEST_TIMEOUT -> TIMEOUT;
      case UNSUPPORTED_VERSION, CONNECTION_LIMIT, GOING_AWAY, SERVER_STOPPING -> REFUSED;
      case PROTOCOL_ERROR,
          MESSAGE_TOO_LARGE,
          CANCELLED,
          NO_ROUTE,
          HANDLER_FAILED,
          DECODE_FAILED,
          DECOMPRESSION_FAILED,
          DECRYPTION_FAILED,
          REPLAY_DETECTED,
          DUPLICATE_REQUEST_ID ->
          ANSWERED;
      default -> FAILED;
    };
  }
}
