package io.wirelace.error;

import java.util.Objects;

/**
 * Why a session ended.
 *
 * @param initiator which side ended it
 * @param fault the code and sentence that go with it; an ordinary end carries {@link
 *     ErrorCode#CONNECTION_CLOSED}
 */
public record CloseReason(Initiator initiator, Fault fault) {
  /** Which side ended a session. */
  public enum Initiator {
    /** This side's application, by {@code close()} or {@code disconnect}. */
    LOCAL,
    /** The peer: it closed its side or reset the connection. */
    REMOTE,
    /** This side's rules: a limit, a timeout or a broken protocol. */
    POLICY
  }

  /** Checks that nothing is missing. */
  public CloseReason {
    Objects.requireNonNull(initiator, "initiator");
    Objects.requireNonNull(fault, "fault");
  }

  /** The application closed it. */
  public static CloseReason local() {
    return new CloseReason(
        Initiator.LOCAL, Fault.of(ErrorCode.CONNECTION_CLOSED, "closed by this side"));
  }

  /** The peer closed it. */
  public static CloseReason remote(String how) {
    return new CloseReason(Initiator.REMOTE, Fault.of(ErrorCode.CONNECTION_CLOSED, how));
  }

  /** A rule of this side closed it. */
  public static CloseReason policy(ErrorCode code, String why) {
    return new CloseReason(Initiator.POLICY, Fault.of(code, why));
  }

  @Override
  public String toString() {
    return initiator.name().toLowerCase(java.util.Locale.ROOT) + ", " + fault;
  }
}
