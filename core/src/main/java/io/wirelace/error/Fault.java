package io.wirelace.error;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, as a value: a number of the registry, a sentence, and whether and when to try
 * again. Numbers that this version does not know (a newer peer sent them) are kept.
 *
 * @param number the code's number as on the wire
 * @param message one sentence for a person; as it came where a peer has written it, so show it by
 *     {@link #toString} or {@link PeerText}
 * @param retryable whether the same call may succeed later
 * @param retryAfter how long to wait before that; zero when unknown
 * @param cause the exception behind it, if there is one on this side
 */
public record Fault(
    int number, String message, boolean retryable, Duration retryAfter, @Nullable Throwable cause) {

  /** Checks that nothing is missing. */
  public Fault {
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(retryAfter, "retryAfter");
  }

  /** A fault of the registry's code with its default for {@link #retryable}. */
  public static Fault of(ErrorCode code, String message) {
    return new Fault(code.number(), message, code.retryable(), Duration.ZERO, null);
  }

  /** A fault of the registry's code that another exception caused. */
  public static Fault of(ErrorCode code, String message, @Nullable Throwable cause) {
    return new Fault(code.number(), message, code.retryable(), Duration.ZERO, cause);
  }

  /** The fault that a throwable stands for; one that is not ours becomes {@code otherwise}. */
  public static Fault from(Throwable thrown, ErrorCode otherwise) {
    if (thrown instanceof WirelaceException ours) {
      return ours.fault();
    }
    return of(otherwise, thrown.toString(), thrown);
  }

  /** Whether this is the given code of the registry. */
  public boolean is(ErrorCode code) {
    return number == code.number();
  }

  /** The code's name in the registry, or {@code unknown}. */
  public String label() {
    return ErrorCode.of(number).map(ErrorCode::label).orElse("unknown");
  }

  /** This fault as the exception to throw. */
  public WirelaceException toException() {
    return new WirelaceException(this);
  }

  /** One line, safe to show: {@link #message} is as the peer has written it. */
  @Override
  public String toString() {
    return number + " " + label() + (message.isEmpty() ? "" : ": " + PeerText.escaped(message));
  }
}
