package io.wirelace.security;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the certificates of one's own file in the order in which TLS shows them: one's own, then the
 * one that issued it, and so on (RFC 8446 4.4.2). Files are put together by hand, and peers differ
 * in what they take.
 */
final class OwnChain {
  private OwnChain() {}

  /**
   * What is not on the way up is left out: peers need not take it, nor does the JDK show it.
   *
   * @return empty if none of them has that key
   */
  static Optional<List<X509Certificate>> ordered(PrivateKey key, List<X509Certificate> file) {
    Optional<X509Certificate> own =
        file.stream().filter(one -> KeyMatch.matches(key, one.getPublicKey())).findFirst();
    return own.map(first -> upFrom(first, file));
  }

  private static List<X509Certificate> upFrom(X509Certificate own, List<X509Certificate> file) {
    Set<X509Certificate> rest = new LinkedHashSet<>(file);
    List<X509Certificate> chain = new ArrayList<>();
    Optional<X509Certificate> next = Optional.of(own);
    while (next.isPresent()) {
      X509Certificate top = next.get();
      chain.add(top);
      rest.remove(top);
      next = rest.stream().filter(one -> issued(one, top)).findFirst();
    }
    return chain;
  }

  private static boolean issued(X509Certificate issuer, X509Certificate issued) {
    if (!issuer.getSubjectX500Principal().equals(issued.getIssuerX500Principal())) {
      return false;
    }
    try {
      issued.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false; // of the same name, with another key
    }
  }
}
