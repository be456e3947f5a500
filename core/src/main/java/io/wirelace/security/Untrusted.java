package io.wirelace.security;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** A peer's certificate is not trusted: why, in words for a person. */
final class Untrusted extends CertificateException {
  private static final long serialVersionUID = 1L;

  /** The kinds of reasons. */
  enum Why {
    EXPIRED(10, BasicReason.EXPIRED),
    NOT_YET_VALID(9, BasicReason.NOT_YET_VALID),
    REVOKED(23, BasicReason.REVOKED),
    /** Nothing links it to a CA that is trusted. */
    UNKNOWN_CA(20, BasicReason.UNSPECIFIED),
    OTHER_PURPOSE(26, BasicReason.UNSPECIFIED),
    OTHER_HOST(62, BasicReason.UNSPECIFIED),
    /** Anything else. */
    REJECTED(28, BasicReason.UNSPECIFIED);

    private final int number;
    private final BasicReason reason;

    Why(int number, BasicReason reason) {
      this.number = number;
      this.reason = reason;
    }

    /** OpenSSL's number of it, from which BoringSSL chooses the alert that the peer gets. */
    int number() {
      return number;
    }
  }

  private final Why why;

  Untrusted(Why why, String message, Throwable cause) {
    super(message, cause);
    this.why = why;
  }

  /** Found by ourselves. The JDK's engine chooses its alert by the reason of the direct cause. */
  Untrusted(Why why, String message) {
    this(why, message, new CertPathValidatorException(message, null, null, -1, why.reason));
  }

  /** For the JDK's check of a path, within which this was found. */
  CertPathValidatorException inPath() {
    return new CertPathValidatorException(getMessage(), this, null, -1, why.reason);
  }

  Why why() {
    return why;
  }

  /**
   * What the JDK's refusal of a chain means.
   *
   * @param peer the chain that the peer has shown, its own certificate first
   */
  static Untrusted of(CertificateException refusal, X509Certificate[] peer) {
    @Nullable CertPathValidatorException invalid = null;
    for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
      if (cause instanceof Untrusted ours) {
        return ours;
      }
      if (cause instanceof CertPathValidatorException found) {
        invalid = found;
      }
      if (cause instanceof CertificateExpiredException) {
        return new Untrusted(
            Why.EXPIRED, whose(invalid) + " has expired: " + cause.getMessage(), below(refusal));
      }
      if (cause instanceof CertificateNotYetValidException) {
        return new Untrusted(
            Why.NOT_YET_VALID,
            whose(invalid) + " is not valid yet: " + cause.getMessage(),
            below(refusal));
      }
      if (cause instanceof CertificateRevokedException) {
        return new Untrusted(
            Why.REVOKED, whose(invalid) + " is revoked: " + cause.getMessage(), below(refusal));
      }
      if (cause instanceof CertPathBuilderException) {
        return new Untrusted(Why.UNKNOWN_CA, MissingLink.of(peer), below(refusal));
      }
    }
    return other(refusal, invalid, peer);
  }

  private static Untrusted other(
      CertificateException refusal,
      @Nullable CertPathValidatorException invalid,
      X509Certificate[] peer) {
    String message = String.valueOf(refusal.getMessage());
    if (invalid != null) {
      // By the names of its issuers it should be trusted; only the signatures are of another key.
      boolean unsigned = invalid.getReason() == BasicReason.INVALID_SIGNATURE;
      return unsigned
          ? new Untrusted(Why.UNKNOWN_CA, MissingLink.otherKey(peer), below(refusal))
          : new Untrusted(
              Why.UNKNOWN_CA,
              "the peer's certificate is of a CA that is not trusted (ca): " + invalid.getMessage(),
              below(refusal));
    }
    if (TlsFaults.isWrongHost(refusal)) {
      return new Untrusted(Why.OTHER_HOST, TlsFaults.WRONG_HOST + message, refusal);
    }
    return message.contains("usage does not") || message.contains("KeyUsage does not")
        ? new Untrusted(
            Why.OTHER_PURPOSE, "the peer's certificate is for another purpose: " + message, refusal)
        : new Untrusted(Why.REJECTED, "the peer's certificate is not trusted: " + message, refusal);
  }

  private static String whose(@Nullable CertPathValidatorException invalid) {
    return invalid != null && invalid.getIndex() > 0 && invalid.getCertPath() != null
        ? "a CA above the peer's certificate, "
            + name(
                (X509Certificate) invalid.getCertPath().getCertificates().get(invalid.getIndex()))
            + ","
        : "the peer's certificate";
  }

  /** By the exception of a path the JDK chooses its alert, if it is the direct cause. */
  private static Throwable below(CertificateException refusal) {
    for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathValidatorException) {
        return cause;
      }
    }
    return refusal;
  }

  static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }
}
