package io.wirelace.http.websocket;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;

/**
 * The close codes of RFC 6455, section 7.4, that this side sends, and how they go with the registry
 * of {@link ErrorCode}.
 */
public enum CloseCode {
  /** All is done. */
  NORMAL(1000, ErrorCode.CONNECTION_CLOSED),
  /** This side is leaving. */
  GOING_AWAY(1001, ErrorCode.GOING_AWAY),
  /** The peer broke the protocol. */
  PROTOCOL_ERROR(1002, ErrorCode.PROTOCOL_ERROR),
  /** A kind of message that is not taken here. */
  UNSUPPORTED_DATA(1003, ErrorCode.PROTOCOL_ERROR),
  /** Text that is not UTF-8, or data that does not inflate. */
  INVALID_DATA(1007, ErrorCode.DECODE_FAILED),
  /** A rule of this side that has no code of its own. */
  POLICY(1008, ErrorCode.PERMISSION_DENIED),
  /** A message over the limit. */
  TOO_BIG(1009, ErrorCode.MESSAGE_TOO_LARGE),
  /** This side failed. */
  INTERNAL_ERROR(1011, ErrorCode.INTERNAL_ERROR),
  /** As many connections as there may be; later it may work. */
  TRY_AGAIN_LATER(1013, ErrorCode.CONNECTION_LIMIT);

  /** In place of a code where a close frame has none; never sent. */
  public static final int NONE = 1005;

  private final int number;
  private final ErrorCode code;

  CloseCode(int number, ErrorCode code) {
    this.number = number;
    this.code = code;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /** The fault that a session ends with because of it. */
  public Fault fault(String why) {
    return Fault.of(code, why + " (close code " + number + ")");
  }

  /** What the peer is told when a session ends with that fault. */
  public static CloseCode of(Fault fault) {
    return ErrorCode.of(fault.number()).map(CloseCode::of).orElse(POLICY);
  }

  private static CloseCode of(ErrorCode code) {
    return switch (code) {
      case CONNECTION_CLOSED -> NORMAL;
      case GOING_AWAY, SERVER_STOPPING, IDLE_TIMEOUT, HEARTBEAT_TIMEOUT -> GOING_AWAY;
      case PROTOCOL_ERROR, UNSUPPORTED_VERSION, HANDSHAKE_FAILED -> PROTOCOL_ERROR;
      case DECODE_FAILED, DECOMPRESSION_FAILED -> INVALID_DATA;
      case MESSAGE_TOO_LARGE -> TOO_BIG;
      case INTERNAL_ERROR -> INTERNAL_ERROR;
      case CONNECTION_LIMIT, SESSION_LIMIT, RATE_LIMITED -> TRY_AGAIN_LATER;
      default -> POLICY;
    };
  }

  /** What a session is told when the peer closes with that number and reason. */
  public static Fault heard(int number, String reason) {
    ErrorCode code =
        switch (number) {
          case 1000, NONE -> ErrorCode.CONNECTION_CLOSED;
          case 1001, 1012 -> ErrorCode.GOING_AWAY;
          case 1002, 1003 -> ErrorCode.PROTOCOL_ERROR;
          case 1007 -> ErrorCode.DECODE_FAILED;
          case 1008 -> ErrorCode.PERMISSION_DENIED;
          case 1009 -> ErrorCode.MESSAGE_TOO_LARGE;
          case 1013 -> ErrorCode.CONNECTION_LIMIT;
          default -> ErrorCode.CONNECTION_CLOSED;
        };
    String told = number == NONE ? "no close code" : "close code " + number;
    return Fault.of(
        code, "the peer closed the connection: " + told + (reason.isEmpty() ? "" : ", " + reason));
  }

  /** Whether a peer may send that number (section 7.4.2 and the IANA registry). */
  static boolean isLegal(int number) {
    return (number >= 1000 && number <= 1003)
        || (number >= 1007 && number <= 1014)
        || (number >= 3000 && number <= 4999);
  }
}
