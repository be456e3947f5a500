package io.wirelace.security;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Holds the CAs of {@code ca} to what they say of themselves: dates, key usage, purpose, length of
 * the path and names. The JDK takes a trust anchor as a mere name and key (RFC 5280 6.1.1 d allows
 * that), so a CA that has ended would vouch for others for ever. Revocation is checked here as
 * well, because this sees each certificate together with its issuer.
 *
 * <p>One instance follows one path; the JDK makes a copy for each.
 */
final class AnchorCheck extends PKIXCertPathChecker {
  private static final String NAME_CONSTRAINTS = "2.5.29.30";

  private final Map<X500Principal, List<X509Certificate>> anchors;
  private final Purpose purpose;
  private final RevocationLists revoked;

  // Of one path, from the anchor down.
  private @Nullable X509Certificate issuer;
  private @Nullable X509CertSelector names;
  private int intermediatesAllowed;

  AnchorCheck(Collection<X509Certificate> anchors, Purpose purpose, RevocationLists revoked) {
    this.anchors =
        anchors.stream().collect(Collectors.groupingBy(X509Certificate::getSubjectX500Principal));
    this.purpose = purpose;
    this.revoked = revoked;
  }

  @Override
  public void init(boolean forward) throws CertPathValidatorException {
    if (forward) {
      throw new CertPathValidatorException("paths are checked from the anchor down");
    }
    issuer = null;
    names = null;
    intermediatesAllowed = Integer.MAX_VALUE;
  }

  @Override
  public boolean isForwardCheckingSupported() {
    return false;
  }

  @Override
  public @Nullable Set<String> getSupportedExtensions() {
    return null;
  }

  @Override
  public void check(Certificate certificate, Collection<String> unresolved)
      throws CertPathValidatorException {
    X509Certificate x509 = (X509Certificate) certificate;
    try {
      if (issuer == null) {
        begin(x509);
      } else if (!MissingLink.isSelfIssued(issuer) && --intermediatesAllowed < 0) {
        throw new Untrusted(
            Untrusted.Why.REJECTED,
            "the path to the peer's certificate is longer than its CA in ca allows (pathlen)");
      }
      follow(x509);
    } catch (Untrusted e) {
      throw e.inPath();
    }
    issuer = x509;
  }

  private void begin(X509Certificate first) throws Untrusted {
    X509Certificate anchor = anchorOf(first);
    issuer = anchor;
    if (anchor.getBasicConstraints() >= 0) {
      intermediatesAllowed = anchor.getBasicConstraints();
    }
    byte[] constraints = anchor.getExtensionValue(NAME_CONSTRAINTS);
    if (constraints != null) {
      names = new X509CertSelector();
      try {
        names.setNameConstraints(Der.octets(constraints));
      } catch (IOException | IllegalArgumentException e) {
        throw new Untrusted(
            Untrusted.Why.REJECTED,
            "the name constraints of " + Untrusted.name(anchor) + " (ca) cannot be read",
            e);
      }
    }
  }

  /**
   * Of several with the issuer's name and key, as after a renewal, one that may be used is enough.
   */
  private X509Certificate anchorOf(X509Certificate first) throws Untrusted {
    List<X509Certificate> named =
        Objects.requireNonNullElse(anchors.get(first.getIssuerX500Principal()), List.of());
    @Nullable Untrusted problem = null;
    for (X509Certificate anchor : named) {
      if (named.size() == 1 || hasSigned(anchor, first)) {
        try {
          requireUsableCa(anchor);
          return anchor;
        } catch (Untrusted e) {
          problem = e;
        }
      }
    }
    throw problem == null
        ? new Untrusted(Untrusted.Why.UNKNOWN_CA, MissingLink.of(new X509Certificate[] {first}))
        : problem;
  }

  private static boolean hasSigned(X509Certificate ca, X509Certificate other) {
    try {
      other.verify(ca.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false; // another of the same name has
    }
  }

  private void requireUsableCa(X509Certificate ca) throws Untrusted {
    requireCurrent(ca, "the CA of the peer's certificate in ca, " + Untrusted.name(ca) + ",");
    if (!Purpose.maySignCertificates(ca)) {
      throw otherPurpose(ca, "the key usage keyCertSign");
    }
    if (!purpose.isAllowedBy(ca)) {
      throw otherPurpose(ca, "the extended key usage " + purpose.label() + ", or none");
    }
  }

  private static Untrusted otherPurpose(X509Certificate ca, String expected) {
    return new Untrusted(
        Untrusted.Why.OTHER_PURPOSE,
        "a CA of the peer's certificate, "
            + Untrusted.name(ca)
            + ", is for another purpose (expected "
            + expected
            + ")");
  }

  private void follow(X509Certificate x509) throws Untrusted {
    boolean isCa = x509.getBasicConstraints() >= 0;
    if (isCa && !purpose.isAllowedBy(x509)) {
      throw otherPurpose(x509, "the extended key usage " + purpose.label() + ", or none");
    }
    // RFC 5280 4.2.1.10: what a CA has issued to itself on the way is exempt.
    boolean exempt = isCa && MissingLink.isSelfIssued(x509);
    if (names != null && !exempt && !names.match(x509)) {
      throw new Untrusted(
          Untrusted.Why.REJECTED,
          "the CA in ca may not vouch for the names of "
              + Untrusted.name(x509)
              + " (its name constraints)");
    }
    X509Certificate above = issuer;
    if (above != null) {
      revoked.check(x509, above);
    }
  }

  /** Checks the dates of a certificate as they are now. */
  static void requireCurrent(X509Certificate certificate, String what) throws Untrusted {
    Instant now = Instant.now();
    Instant until = certificate.getNotAfter().toInstant();
    Instant from = certificate.getNotBefore().toInstant();
    if (now.isAfter(until)) {
      throw new Untrusted(Untrusted.Why.EXPIRED, what + " has expired: it ended on " + until);
    }
    if (now.isBefore(from)) {
      throw new Untrusted(
          Untrusted.Why.NOT_YET_VALID, what + " is not valid yet: it begins on " + from);
    }
  }
}
