package io.wirelace.transport;

import io.netty.channel.ConnectTimeoutException;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;

/** The one place where the failures of bind and connect get their codes. */
public final class ConnectFaults {
  private ConnectFaults() {}

  /** What a failed connect is called. */
  public static Fault connecting(Endpoint endpoint, Throwable cause) {
    if (cause instanceof WirelaceException ours) {
      return ours.fault();
    }
    String to = "cannot connect to " + endpoint.uri() + ": ";
    if (cause instanceof ConnectTimeoutException) {
      return Fault.of(ErrorCode.CONNECTION_TIMEOUT, to + "no answer in time", cause);
    }
    if (cause instanceof UnknownHostException) {
      return Fault.of(ErrorCode.CONNECTION_FAILED, to + "unknown host", cause);
    }
    if (cause instanceof FileNotFoundException) {
      return Fault.of(ErrorCode.CONNECTION_REFUSED, to + "there is no such socket", cause);
    }
    if (cause instanceof AccessDeniedException) {
      return Fault.of(ErrorCode.CONNECTION_FAILED, to + "permission denied", cause);
    }
    if (cause instanceof ConnectException) {
      return Fault.of(ErrorCode.CONNECTION_REFUSED, to + "connection refused", cause);
    }
    return Fault.of(ErrorCode.CONNECTION_FAILED, to + text(cause), cause);
  }

  /** What a failed bind is called. */
  public static Fault binding(Endpoint endpoint, Throwable cause) {
    if (cause instanceof WirelaceException ours) {
      return ours.fault();
    }
    return Fault.of(
        ErrorCode.BIND_FAILED,
        "cannot listen on "
            + endpoint.uri()
            + ": "
            + text(cause)
            + " (stop what uses it, or take another port; port 0 takes any free one)",
        cause);
  }

  private static String text(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }
}
