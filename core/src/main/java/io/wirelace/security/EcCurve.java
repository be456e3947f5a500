package io.wirelace.security;

import java.util.Map;
import java.util.Set;

/** The curves of EC keys, by their object identifiers. */
final class EcCurve {
  /** RFC 8446 4.2.3 has signatures for these only, and TLS 1.2 is spoken by the same rule. */
  private static final Set<String> USABLE =
      Set.of("1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35");

  private static final Map<String, String> NAMES =
      Map.of(
          "1.2.840.10045.3.1.7", "P-256",
          "1.3.132.0.34", "P-384",
          "1.3.132.0.35", "P-521",
          "1.3.132.0.33", "P-224",
          "1.2.840.10045.3.1.1", "P-192",
          "1.3.132.0.10", "secp256k1",
          "1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1",
          "1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1",
          "1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1");

  private EcCurve() {}

  static boolean isUsable(String oid) {
    return USABLE.contains(oid);
  }

  static String name(String oid) {
    return NAMES.getOrDefault(oid, oid);
  }
}
