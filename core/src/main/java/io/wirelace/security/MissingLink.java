package io.wirelace.security;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;

/** Says which certificate is missing between a peer's own and the CAs that are trusted. */
final class MissingLink {
  private static final String NOT_TRUSTED =
      "the peer's certificate is of a CA that is not trusted (ca): ";

  private MissingLink() {}

  /** For a chain that leads to no CA that is trusted. */
  static String of(X509Certificate[] peer) {
    X509Certificate top = top(peer);
    String own = Untrusted.name(peer[0]);
    String issuer = top.getIssuerX500Principal().getName();
    if (isSelfIssued(top)) {
      return NOT_TRUSTED
          + (peer[0].equals(top) ? own + " signs itself" : own + " is under " + Untrusted.name(top))
          + ", which is not in ca";
    }
    return NOT_TRUSTED
        + (peer[0].equals(top) ? own : Untrusted.name(top) + ", above " + own + ",")
        + " is issued by "
        + issuer
        + ", whose certificate is not in ca, and the peer did not show it (expected all"
        + " intermediate certificates in the peer's cert file, after its own)";
  }

  /** For a chain whose CA has the name of a trusted one, and another key. */
  static String otherKey(X509Certificate[] peer) {
    return NOT_TRUSTED
        + Untrusted.name(peer[0])
        + " is signed with another key than that of the CA in ca with the same name, "
        + top(peer).getIssuerX500Principal().getName();
  }

  /** The last certificate on the way up from the peer's own, in whatever order they are shown. */
  private static X509Certificate top(X509Certificate[] peer) {
    X509Certificate at = peer[0];
    for (int step = 0; step < peer.length && !isSelfIssued(at); step++) {
      X509Certificate below = at;
      Optional<X509Certificate> above =
          Arrays.stream(peer)
              .filter(one -> one.getSubjectX500Principal().equals(below.getIssuerX500Principal()))
              .findFirst();
      if (above.isEmpty()) {
        return at;
      }
      at = above.get();
    }
    return at;
  }

  static boolean isSelfIssued(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }
}
