package io.wirelace.security;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Map;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Opens keys that are encrypted as PKCS #8 says (RFC 5958 3). PBES2 is done here by its parts,
 * because as one algorithm the JDK takes passwords in ASCII only, or not each cipher; a password is
 * UTF-8, as openssl takes it from a terminal that is.
 */
final class EncryptedKey {
  static final String CONVERT =
      " (expected PBES2: openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW)";

  private static final String PBES2 = "1.2.840.113549.1.5.13";
  private static final String PBKDF2 = "1.2.840.113549.1.5.12";
  private static final String SCRYPT = "1.3.6.1.4.1.11591.4.11";
  private static final String HMAC_SHA1 = "1.2.840.113549.2.7";

  /** A file that asks for more would keep a start waiting for minutes. */
  private static final int MOST_ITERATIONS = 10_000_000;

  private static final Map<String, String> HMACS =
      Map.of(
          HMAC_SHA1,
          "HmacSHA1",
          "1.2.840.113549.2.8",
          "HmacSHA224",
          "1.2.840.113549.2.9",
          "HmacSHA256",
          "1.2.840.113549.2.10",
          "HmacSHA384",
          "1.2.840.113549.2.11",
          "HmacSHA512");

  private record Encryption(String cipher, int keyBytes) {
    String keyAlgorithm() {
      return cipher.substring(0, cipher.indexOf('/'));
    }
  }

  private static final Map<String, Encryption> ENCRYPTIONS =
      Map.of(
          "2.16.840.1.101.3.4.1.2", new Encryption("AES/CBC/PKCS5Padding", 16),
          "2.16.840.1.101.3.4.1.22", new Encryption("AES/CBC/PKCS5Padding", 24),
          "2.16.840.1.101.3.4.1.42", new Encryption("AES/CBC/PKCS5Padding", 32),
          "1.2.840.113549.3.7", new Encryption("DESede/CBC/PKCS5Padding", 24));

  private EncryptedKey() {}

  /**
   * What is inside.
   *
   * @throws InvalidKeyException saying why it stays closed
   */
  static byte[] open(byte[] der, String password) throws GeneralSecurityException {
    requirePassword(password);
    DerReader info = new DerReader(der).inside(Der.SEQUENCE);
    DerReader algorithm = info.inside(Der.SEQUENCE);
    String oid = algorithm.oid();
    if (!oid.equals(PBES2)) {
      return openOlder(der, oid, password);
    }
    DerReader parts = algorithm.inside(Der.SEQUENCE);
    DerReader derivation = parts.inside(Der.SEQUENCE);
    DerReader scheme = parts.inside(Der.SEQUENCE);
    byte[] sealed = info.content(Der.OCTET_STRING);
    String cipher = scheme.oid();
    Encryption encryption = ENCRYPTIONS.get(cipher);
    if (encryption == null) {
      throw new InvalidKeyException(
          "it is encrypted with a cipher that is not known here, " + cipher + CONVERT);
    }
    byte[] key = derive(derivation, encryption.keyBytes, password);
    return decrypt(encryption, key, scheme.content(Der.OCTET_STRING), sealed, password);
  }

  static void requirePassword(String password) throws InvalidKeyException {
    if (password.isEmpty()) {
      throw new InvalidKeyException("it is encrypted (expected key-password)");
    }
  }

  /** RFC 8018 A.2. */
  private static byte[] derive(DerReader derivation, int keyBytes, String password)
      throws GeneralSecurityException {
    String function = derivation.oid();
    if (!function.equals(PBKDF2)) {
      throw new InvalidKeyException(
          "its password is stretched by "
              + (function.equals(SCRYPT) ? "scrypt" : function)
              + ", which is not known here"
              + CONVERT);
    }
    DerReader parameters = derivation.inside(Der.SEQUENCE);
    byte[] salt = parameters.content(Der.OCTET_STRING);
    int iterations = parameters.integer();
    if (iterations < 1 || iterations > MOST_ITERATIONS) {
      throw new InvalidKeyException(
          "its password is stretched "
              + iterations
              + " times (expected 1 to "
              + MOST_ITERATIONS
              + ")");
    }
    if (parameters.tag() == Der.INTEGER) {
      parameters.integer(); // the key's length, which the cipher has told
    }
    String hmac = parameters.hasMore() ? parameters.inside(Der.SEQUENCE).oid() : HMAC_SHA1;
    String name = HMACS.get(hmac);
    if (name == null) {
      throw new InvalidKeyException(
          "its password is stretched with " + hmac + ", which is not known here" + CONVERT);
    }
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, keyBytes * 8);
    try {
      return SecretKeyFactory.getInstance("PBKDF2With" + name).generateSecret(spec).getEncoded();
    } finally {
      spec.clearPassword();
    }
  }

  private static byte[] decrypt(
      Encryption encryption, byte[] key, byte[] iv, byte[] sealed, String password)
      throws GeneralSecurityException {
    AlgorithmParameterSpec start = new IvParameterSpec(iv);
    Cipher cipher = Cipher.getInstance(encryption.cipher);
    cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, encryption.keyAlgorithm()), start);
    return finish(cipher, sealed, password);
  }

  /** The last step; that the padding looks right happens to one wrong password in 256. */
  static byte[] finish(Cipher cipher, byte[] sealed, String password) throws InvalidKeyException {
    try {
      byte[] opened = cipher.doFinal(sealed);
      if (new DerReader(opened).tag() == Der.SEQUENCE) {
        return opened;
      }
      throw wrongPassword(password, new InvalidKeyException("there is no DER inside"));
    } catch (BadPaddingException | IllegalBlockSizeException e) {
      throw wrongPassword(password, e);
    }
  }

  private static InvalidKeyException wrongPassword(String password, Throwable cause) {
    return new InvalidKeyException(
        "key-password does not open it"
            + (isAscii(password) ? "" : " (what is not ASCII in it is taken as UTF-8)"),
        cause);
  }

  private static boolean isAscii(String password) {
    return password.chars().allMatch(c -> c < 0x80);
  }

  /** PBES1 and that of PKCS #12, as the JDK has them. */
  private static byte[] openOlder(byte[] der, String oid, String password)
      throws GeneralSecurityException {
    if (!isAscii(password)) {
      throw new InvalidKeyException(
          "it is encrypted in an old way ("
              + oid
              + ") with a password that is not ASCII"
              + CONVERT);
    }
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray());
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
      String algorithm = info.getAlgName();
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(spec),
          info.getAlgParameters());
      return finish(cipher, info.getEncryptedData(), password);
    } catch (NoSuchAlgorithmException | IOException e) {
      throw new InvalidKeyException(
          "it is encrypted in a way that is not known here, " + oid + CONVERT, e);
    } finally {
      spec.clearPassword();
    }
  }
}
