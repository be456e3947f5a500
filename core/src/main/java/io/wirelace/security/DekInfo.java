package io.wirelace.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Opens keys that openssl encrypted before PKCS #8 ({@code Proc-Type: 4,ENCRYPTED}): RFC 1421 names
 * the cipher, and openssl made its key of the password with one round of MD5. They are weak, and
 * read because they are there.
 */
final class DekInfo {
  private static final String CONVERT =
      " (expected PKCS #8: openssl pkcs8 -topk8 -in FILE -out NEW)";

  private static final int SALT_BYTES = 8;

  private record Encryption(String algorithm, int keyBytes) {}

  private static final Map<String, Encryption> ENCRYPTIONS =
      Map.of(
          "AES-128-CBC", new Encryption("AES", 16),
          "AES-192-CBC", new Encryption("AES", 24),
          "AES-256-CBC", new Encryption("AES", 32),
          "DES-CBC", new Encryption("DES", 8),
          "DES-EDE3-CBC", new Encryption("DESede", 24));

  private DekInfo() {}

  /**
   * What is inside.
   *
   * @throws InvalidKeyException saying why it stays closed
   */
  static byte[] open(PemBlock block, String password) throws GeneralSecurityException {
    EncryptedKey.requirePassword(password);
    String[] info = block.headers().getOrDefault("dek-info", "").split(",", 2);
    String name = info[0].strip().toUpperCase(Locale.ROOT);
    Encryption encryption = ENCRYPTIONS.get(name);
    if (encryption == null || info.length < 2) {
      throw new InvalidKeyException(
          "it is encrypted in openssl's old form with " + name + ", not known here" + CONVERT);
    }
    byte[] iv = HexFormat.of().parseHex(info[1].strip());
    byte[] key = key(password.getBytes(UTF_8), iv, encryption.keyBytes);
    Cipher cipher = Cipher.getInstance(encryption.algorithm + "/CBC/PKCS5Padding");
    cipher.init(
        Cipher.DECRYPT_MODE, new SecretKeySpec(key, encryption.algorithm), new IvParameterSpec(iv));
    return EncryptedKey.finish(cipher, block.content(), password);
  }

  /** openssl's EVP_BytesToKey with MD5 and one round. */
  private static byte[] key(byte[] password, byte[] iv, int bytes) throws GeneralSecurityException {
    MessageDigest md5 = MessageDigest.getInstance("MD5");
    byte[] key = new byte[bytes];
    byte[] last = new byte[0];
    for (int made = 0; made < bytes; made += last.length) {
      md5.update(last);
      md5.update(password);
      md5.update(iv, 0, Math.min(SALT_BYTES, iv.length));
      last = md5.digest();
      System.arraycopy(last, 0, key, made, Math.min(last.length, bytes - made));
    }
    return key;
  }
}
