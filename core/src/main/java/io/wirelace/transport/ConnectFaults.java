package io.wirelace.transport;

import io.netty.channel.ConnectTimeoutException;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;

/** The one place where the failures of bind and connect get their codes. */
public final class ConnectFaults {
  private static final String NOT_HERE =
      "no interface of this machine has the local address (expected one of its own, or * to listen"
          + " on all)";

  private ConnectFaults() {}

  /** What a failed connect is called. */
  public static Fault connecting(Endpoint endpoint, Throwable cause) {
    if (cause instanceof WirelaceException ours) {
      return ours.fault();
    }
    String to = "cannot connect to " + endpoint.uri() + ": ";
    if (cause instanceof AddressesFailedException all) {
      Throwable first = all.getCause();
      Fault named = connecting(endpoint, first == null ? new IOException(all) : first);
      return new Fault(
          named.number(), to + text(all), named.retryable(), named.retryAfter(), cause);
    }
    if (cause instanceof ConnectTimeoutException) {
      return Fault.of(ErrorCode.CONNECTION_TIMEOUT, to + "no answer in time", cause);
    }
    if (cause instanceof UnknownHostException) {
      boolean ours = text(cause).contains("interface") || text(cause).contains("(bind)");
      return Fault.of(
          ErrorCode.CONNECTION_FAILED, to + (ours ? text(cause) : "unknown host"), cause);
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
    return Fault.of(
        ErrorCode.CONNECTION_FAILED, to + (isNotHere(cause) ? NOT_HERE : text(cause)), cause);
  }

  /** EADDRNOTAVAIL, which each mechanism wraps in another way. */
  private static boolean isNotHere(Throwable cause) {
    return text(cause).contains("assign requested address");
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
            + (isNotHere(cause)
                ? NOT_HERE
                : text(cause)
                    + " (stop what uses it, or take another port; port 0 takes any free one)"),
        cause);
  }

  /** What a person is told of one failure. */
  static String reason(Throwable cause) {
    return switch (cause) {
      case ConnectTimeoutException timeout -> "no answer in time";
      case ConnectException refused -> "connection refused";
      default -> text(cause);
    };
  }

  private static String text(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }
}
