package io.wirelace.security;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and keys from PEM (RFC 7468). Keys are PKCS #8, encrypted or not, or the older forms
 * of RSA and EC. Every failure is a -664 that names the file and what was expected.
 */
public final class Pem {
  private static final int MOST_BYTES = 4 * 1024 * 1024; // 4 MiB: the CAs of a whole system

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]{1,4194304})-----END \\1-----");

  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");

  private Pem() {}

  private record Block(String label, byte[] content) {}

  /** Reads a file's bytes, which are to be PEM. */
  public static byte[] read(String setting, String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MOST_BYTES) {
        throw invalid(setting, file, "it is larger than " + MOST_BYTES + " bytes", null);
      }
      return Files.readAllBytes(path);
    } catch (IOException | IllegalArgumentException e) {
      throw invalid(setting, file, "it cannot be read: " + e, e);
    }
  }

  /**
   * The certificates of a PEM text.
   *
   * @param setting what it is given by, for the error
   * @param file where it is from, for the error
   * @throws WirelaceException -664 if there is none, or one is damaged
   */
  public static List<X509Certificate> certificates(String setting, String file, byte[] text) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks(setting, file, text)) {
      if (block.label.endsWith("CERTIFICATE")) {
        certificates.add(certificate(setting, file, block.content));
      }
    }
    if (certificates.isEmpty()) {
      throw invalid(setting, file, "no certificate in it (expected PEM)", null);
    }
    return certificates;
  }

  private static X509Certificate certificate(String setting, String file, byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw invalid(setting, file, "a certificate in it is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * The revocation lists of a file, which is PEM, or DER with one list.
   *
   * @throws WirelaceException -664 if there is none, or one is damaged
   */
  static List<X509CRL> revocationLists(String setting, String file, byte[] content) {
    List<X509CRL> lists = new ArrayList<>();
    for (Block block : blocks(setting, file, content)) {
      if (block.label.endsWith("CRL")) {
        lists.add(revocationList(setting, file, block.content));
      }
    }
    if (lists.isEmpty() && content.length > 0 && content[0] == Der.SEQUENCE) {
      lists.add(revocationList(setting, file, content));
    }
    if (lists.isEmpty()) {
      throw invalid(
          setting, file, "no revocation list in it (expected an X509 CRL, PEM or DER)", null);
    }
    return lists;
  }

  private static X509CRL revocationList(String setting, String file, byte[] der) {
    try {
      return (X509CRL)
          CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    } catch (CertificateException | CRLException e) {
      throw invalid(setting, file, "a revocation list in it is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * The private key of a PEM text.
   *
   * @param password opens an encrypted one; may be empty
   * @throws WirelaceException -664 if there is none, or it does not open
   */
  public static PrivateKey key(String setting, String file, byte[] text, String password) {
    for (Block block : blocks(setting, file, text)) {
      try {
        switch (block.label) {
          case "PRIVATE KEY" -> {
            return pkcs8(block.content);
          }
          case "RSA PRIVATE KEY" -> {
            return pkcs8(Der.pkcs8OfRsa(block.content));
          }
          case "EC PRIVATE KEY" -> {
            return pkcs8(Der.pkcs8OfEc(block.content));
          }
          case "ENCRYPTED PRIVATE KEY" -> {
            return pkcs8(decrypt(setting, file, block.content, password));
          }
          default -> {
            // EC PARAMETERS or a certificate may stand before it.
          }
        }
      } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
        throw invalid(setting, file, "the key in it cannot be used: " + e.getMessage(), e);
      }
    }
    throw invalid(setting, file, "no private key in it (expected PEM)", null);
  }

  private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
    for (String algorithm : KEY_ALGORITHMS) {
      Optional<PrivateKey> key = pkcs8(spec, algorithm);
      if (key.isPresent()) {
        return key.get();
      }
    }
    throw new InvalidKeySpecException(
        "its algorithm is none of " + String.join(", ", KEY_ALGORITHMS));
  }

  private static Optional<PrivateKey> pkcs8(PKCS8EncodedKeySpec spec, String algorithm) {
    try {
      return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(spec));
    } catch (InvalidKeySpecException | NoSuchAlgorithmException e) {
      return Optional.empty(); // it is one of the others
    }
  }

  private static byte[] decrypt(String setting, String file, byte[] der, String password)
      throws GeneralSecurityException, IOException {
    if (password.isEmpty()) {
      throw invalid(setting, file, "the key is encrypted (expected key-password)", null);
    }
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
    // PBES2 has its own algorithms as parameters, whose name is what the factories know.
    String algorithm =
        info.getAlgName().equals("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13")
            ? info.getAlgParameters().toString()
            : info.getAlgName();
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray());
    try {
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(spec),
          info.getAlgParameters());
      return cipher.doFinal(info.getEncryptedData());
    } catch (GeneralSecurityException e) {
      throw invalid(setting, file, "key-password does not open it", e);
    } finally {
      spec.clearPassword();
    }
  }

  private static List<Block> blocks(String setting, String file, byte[] text) {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(new String(text, ISO_8859_1));
    while (matcher.find()) {
      String label = String.valueOf(matcher.group(1));
      try {
        byte[] content = Base64.getMimeDecoder().decode(String.valueOf(matcher.group(2)).trim());
        blocks.add(new Block(label, content));
      } catch (IllegalArgumentException e) {
        throw invalid(setting, file, "the " + label + " in it is not Base64", e);
      }
    }
    return blocks;
  }

  private static WirelaceException invalid(
      String setting, String file, String why, @Nullable Throwable cause) {
    return new WirelaceException(
        Fault.of(ErrorCode.INVALID_CONFIG, setting + ": " + file + ": " + why, cause));
  }
}
