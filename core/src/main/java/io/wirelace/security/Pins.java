package io.wirelace.security;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/**
 * Pins of public keys: {@code sha256/} and the Base64 of the SHA-256 of the certificate's
 * SubjectPublicKeyInfo, as RFC 7469 2.4 makes them. Immutable.
 *
 * @param pins those of which one must match; empty for any key
 */
public record Pins(List<String> pins) {
  /** Copies them. */
  public Pins {
    pins = List.copyOf(pins);
  }

  /** Whether the peer's own certificate has one of the keys; its CAs do not count. */
  public boolean match(X509Certificate own) {
    return pins.isEmpty() || pins.contains(of(own));
  }

  /** The pin of a certificate's key. */
  public static String of(X509Certificate certificate) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(certificate.getPublicKey().getEncoded());
      return "sha256/" + Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
