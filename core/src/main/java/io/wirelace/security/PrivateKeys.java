package io.wirelace.security;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Map;
import java.util.Optional;

/** Private keys in each of the forms that PEM has for them; what cannot be used is named. */
final class PrivateKeys {
  private static final String EXPECTED = " (expected RSA, EC, Ed25519, Ed448 or RSASSA-PSS)";
  private static final String EC = "1.2.840.10045.2.1";

  /** Keys that TLS can sign with, and what the JDK calls them. */
  private static final Map<String, String> USABLE =
      Map.of(
          "1.2.840.113549.1.1.1",
          "RSA",
          "1.2.840.113549.1.1.10",
          "RSASSA-PSS",
          EC,
          "EC",
          "1.3.101.112",
          "EdDSA",
          "1.3.101.113",
          "EdDSA");

  /** Others that people have. */
  private static final Map<String, String> NAMED =
      Map.of(
          "1.2.840.10040.4.1", "DSA",
          "1.2.840.113549.1.3.1", "Diffie-Hellman",
          "1.3.101.110", "X25519",
          "1.3.101.111", "X448",
          "2.16.840.1.101.3.4.3.17", "ML-DSA-44",
          "2.16.840.1.101.3.4.3.18", "ML-DSA-65",
          "2.16.840.1.101.3.4.3.19", "ML-DSA-87");

  private PrivateKeys() {}

  /**
   * The key of a block.
   *
   * @param password opens an encrypted one; may be empty
   * @return empty if the block is no key at all
   * @throws GeneralSecurityException saying why it cannot be used
   */
  static Optional<PrivateKey> of(PemBlock block, String password) throws GeneralSecurityException {
    PemBlock plain =
        block.headers().getOrDefault("proc-type", "").contains("ENCRYPTED")
            ? new PemBlock(block.label(), Map.of(), DekInfo.open(block, password))
            : block;
    return switch (plain.label()) {
      case "PRIVATE KEY" -> Optional.of(pkcs8(plain.content()));
      case "RSA PRIVATE KEY" -> Optional.of(pkcs8(Der.pkcs8OfRsa(plain.content())));
      case "EC PRIVATE KEY" -> Optional.of(pkcs8(Der.pkcs8OfEc(plain.content())));
      case "ENCRYPTED PRIVATE KEY" ->
          Optional.of(pkcs8(EncryptedKey.open(plain.content(), password)));
      case "DSA PRIVATE KEY" -> throw new InvalidKeyException("it is a DSA key" + EXPECTED);
      case "OPENSSH PRIVATE KEY" ->
          throw new InvalidKeyException(
              "it is in OpenSSH's own form (expected PKCS #8; ssh-keygen -p -m PKCS8 -f FILE turns"
                  + " RSA and EC keys into it, in place)");
      default -> Optional.empty();
    };
  }

  /** Of RFC 5208. */
  static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
    DerReader info = new DerReader(der).inside(Der.SEQUENCE);
    info.integer(); // the version
    DerReader algorithm = info.inside(Der.SEQUENCE);
    String oid = algorithm.oid();
    String usable = USABLE.get(oid);
    if (usable == null) {
      String name = NAMED.get(oid);
      throw new InvalidKeyException(
          (name == null ? "its algorithm is " + oid : "it is a key for " + name) + EXPECTED);
    }
    if (oid.equals(EC)) {
      requireNamedCurve(algorithm);
    }
    try {
      return KeyFactory.getInstance(usable).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (InvalidKeySpecException e) {
      throw new InvalidKeySpecException("it is no sound " + usable + " key: " + e.getMessage(), e);
    }
  }

  private static void requireNamedCurve(DerReader algorithm) throws InvalidKeyException {
    if (algorithm.tag() == Der.SEQUENCE) {
      throw new InvalidKeyException(
          "its curve is given by parameters and not by name (expected P-256, P-384 or P-521:"
              + " openssl ec -param_enc named_curve -in FILE -out NEW; a certificate made with"
              + " parameters has to be made anew)");
    }
    String curve = algorithm.oid();
    if (!EcCurve.isUsable(curve)) {
      throw new InvalidKeyException(
          "it is on the curve " + EcCurve.name(curve) + " (expected P-256, P-384 or P-521)");
    }
  }
}
