package io.wirelace.security;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Locale;

/** Whether a private and a public key are a pair: what one signs, the other verifies. */
final class KeyMatch {
  private static final byte[] SAMPLE = {'l', 'a', 'c', 'e'};

  private KeyMatch() {}

  static boolean matches(PrivateKey key, PublicKey published) {
    if (!family(key.getAlgorithm()).equals(family(published.getAlgorithm()))) {
      return false;
    }
    try {
      Signature signature = Signature.getInstance(signature(key.getAlgorithm()));
      signature.initSign(key);
      signature.update(SAMPLE);
      byte[] signed = signature.sign();
      signature.initVerify(published);
      signature.update(SAMPLE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String family(String algorithm) {
    return switch (algorithm.toUpperCase(Locale.ROOT)) {
      case "RSA", "RSASSA-PSS" -> "RSA";
      case "EC" -> "EC";
      default -> "EDDSA";
    };
  }

  private static String signature(String algorithm) {
    return switch (algorithm.toUpperCase(Locale.ROOT)) {
      case "RSA", "RSASSA-PSS" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> "EdDSA";
    };
  }
}
