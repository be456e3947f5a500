package io.wirelace.security;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;

/**
 * What CAs have taken back (RFC 5280 5). Where there is any list, each CA on a path needs a current
 * one of its own, or nobody under it is trusted: a list that is missing or has run out must not let
 * in whom it would have named. Immutable.
 */
final class RevocationLists {
  /** Nothing is checked. */
  static final RevocationLists NONE = new RevocationLists(List.of());

  private static final int CRL_SIGN = 6;

  private final Map<X500Principal, List<Known>> lists;

  /** A list, and whose keys have signed it: that takes longer than to look into it. */
  private record Known(X509CRL list, Map<PublicKey, Boolean> signers) {
    boolean isSignedBy(X509Certificate ca) {
      boolean[] usage = ca.getKeyUsage();
      return list.getIssuerX500Principal().equals(ca.getSubjectX500Principal())
          && (usage == null || usage[CRL_SIGN])
          && signers.computeIfAbsent(ca.getPublicKey(), this::isSignedWith);
    }

    private boolean isSignedWith(PublicKey key) {
      try {
        list.verify(key);
        return true;
      } catch (GeneralSecurityException e) {
        return false;
      }
    }
  }

  /**
   * Takes the lists of files.
   *
   * @throws WirelaceException -664 if one says only a part of what its CA has taken back
   */
  RevocationLists(Collection<X509CRL> all) {
    all.forEach(RevocationLists::requireWhole);
    lists =
        all.stream()
            .map(list -> new Known(list, new ConcurrentHashMap<>()))
            .collect(Collectors.groupingBy(known -> known.list.getIssuerX500Principal()));
  }

  /** Parts, differences and lists for other CAs have a critical extension that says so. */
  private static void requireWhole(X509CRL list) {
    Set<String> critical = list.getCriticalExtensionOIDs();
    if (critical != null && !critical.isEmpty()) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "crl: the list of "
              + list.getIssuerX500Principal().getName()
              + " is a partial, delta or indirect one (expected a CA's complete list)");
    }
  }

  /** Checks a certificate that the issuer has signed. */
  void check(X509Certificate certificate, X509Certificate issuer) throws Untrusted {
    if (lists.isEmpty()) {
      return;
    }
    String ca = issuer.getSubjectX500Principal().getName();
    boolean ended = false;
    boolean current = false;
    for (Known known : of(certificate)) {
      if (!known.isSignedBy(issuer)) {
        continue;
      }
      requireNotIn(known.list, certificate); // also where the list has run out
      boolean isOver = isOver(known.list);
      ended |= isOver;
      current |= !isOver;
    }
    if (!current) {
      throw new Untrusted(
          Untrusted.Why.REJECTED,
          "whether "
              + Untrusted.name(certificate)
              + " is revoked cannot be told: the list of "
              + ca
              + (ended ? " has run out" : " is not in crl")
              + " (expected a current one of each CA)");
    }
  }

  /** Checks a certificate that is itself in {@code ca}, so that no list is needed to trust it. */
  void checkTrusted(X509Certificate certificate, Collection<X509Certificate> cas) throws Untrusted {
    for (Known known : of(certificate)) {
      if (cas.stream().anyMatch(known::isSignedBy)) {
        requireNotIn(known.list, certificate);
      }
    }
  }

  private List<Known> of(X509Certificate certificate) {
    return Objects.requireNonNullElse(
        lists.get(certificate.getIssuerX500Principal()), List.<Known>of());
  }

  private static void requireNotIn(X509CRL list, X509Certificate certificate) throws Untrusted {
    X509CRLEntry entry = list.getRevokedCertificate(certificate);
    if (entry != null) {
      throw new Untrusted(
          Untrusted.Why.REVOKED,
          "the certificate "
              + Untrusted.name(certificate)
              + " was revoked on "
              + entry.getRevocationDate().toInstant()
              + (entry.getRevocationReason() == null ? "" : ": " + entry.getRevocationReason()));
    }
  }

  static boolean isOver(X509CRL list) {
    Date next = list.getNextUpdate();
    return next != null && Instant.now().isAfter(next.toInstant());
  }
}
