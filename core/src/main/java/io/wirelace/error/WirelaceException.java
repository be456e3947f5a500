package io.wirelace.error;

/**
 * The one exception of Wirelace, unchecked; {@link #fault()} says what it is about. The outcomes of
 * ordinary closing carry no stack trace: they are no defect, and many arise at once.
 */
public final class WirelaceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  /** An exception for that fault. */
  public WirelaceException(Fault fault) {
    super(fault.toString(), fault.cause(), true, !fault.is(ErrorCode.CONNECTION_CLOSED));
    this.fault = fault;
  }

  /** An exception for a code of the registry and a sentence. */
  public WirelaceException(ErrorCode code, String message) {
    this(Fault.of(code, message));
  }

  /** What went wrong. */
  public Fault fault() {
    return fault;
  }
}
