package io.wirelace.security;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Set;

/** What a peer's certificate has to be made for (RFC 5280 4.2.1.3 and 4.2.1.12). */
enum Purpose {
  /** To identify a server; the two others are older names of the same, as the JDK has them. */
  SERVER("serverAuth", "1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1"),
  /** To identify a client. */
  CLIENT("clientAuth", "1.3.6.1.5.5.7.3.2");

  private static final String ANY = "2.5.29.37.0";
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_CERT_SIGN = 5;

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // it is Set.of's
  private final Set<String> usages;

  Purpose(String label, String... usages) {
    this.label = label;
    this.usages = Set.of(usages);
  }

  /** What the extended key usage has to name, in the words of openssl. */
  String label() {
    return label;
  }

  /** Whether the extended key usage of a certificate, if it has one, allows this. */
  boolean isAllowedBy(X509Certificate certificate) {
    try {
      Collection<String> allowed = certificate.getExtendedKeyUsage();
      return allowed == null
          || allowed.contains(ANY)
          || allowed.stream().anyMatch(usages::contains);
    } catch (CertificateParsingException e) {
      return false; // what it is for cannot be read
    }
  }

  /** Whether the key of a certificate may sign handshakes. */
  static boolean maySignHandshakes(X509Certificate certificate) {
    return mayUse(certificate, DIGITAL_SIGNATURE);
  }

  /** Whether the key of a certificate may sign others. */
  static boolean maySignCertificates(X509Certificate certificate) {
    return mayUse(certificate, KEY_CERT_SIGN);
  }

  private static boolean mayUse(X509Certificate certificate, int bit) {
    boolean[] usage = certificate.getKeyUsage();
    return usage == null || usage[bit];
  }
}
