package io.wirelace.security;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Certificates, keys and revocation lists from files: PEM (RFC 7468), or DER with one of them. Keys
 * are PKCS #8, encrypted or not, or the older forms of RSA and EC. Every failure is a -664 that
 * names the file and what was expected.
 */
public final class Pem {
  private static final int MOST_BYTES = 4 * 1024 * 1024; // 4 MiB: the CAs of a whole system

  private static final Set<String> CERTIFICATES =
      Set.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE");

  private Pem() {}

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
   * The certificates of a file.
   *
   * @param setting what it is given by, for the error
   * @param file where it is from, for the error
   * @throws WirelaceException -664 if there is none, or one is damaged
   */
  public static List<X509Certificate> certificates(String setting, String file, byte[] content) {
    List<X509Certificate> certificates = new ArrayList<>();
    List<PemBlock> blocks = blocks(setting, file, content);
    for (PemBlock block : blocks) {
      if (CERTIFICATES.contains(block.label())) {
        certificates.add(certificate(setting, file, block.content()));
      }
    }
    if (certificates.isEmpty() && blocks.isEmpty() && isSigned(content)) {
      certificates.add(certificate(setting, file, content));
    }
    if (certificates.isEmpty()) {
      throw invalid(setting, file, FileKind.of(content, blocks, "certificate"), null);
    }
    return certificates;
  }

  /** Whether it is DER as certificates and revocation lists are: what is signed comes first. */
  private static boolean isSigned(byte[] content) {
    try {
      return new DerReader(content).inside(Der.SEQUENCE).tag() == Der.SEQUENCE;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static X509Certificate certificate(String setting, String file, byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw invalid(setting, file, "a certificate in it cannot be read: " + why(e), e);
    }
  }

  private static String why(CertificateException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("named ECParameters")
        ? "its key's curve is given by parameters and not by name (expected a certificate made anew"
            + " for a key on P-256, P-384 or P-521)"
        : message;
  }

  /**
   * The revocation lists of a file, which is PEM, or DER with one list.
   *
   * @throws WirelaceException -664 if there is none, or one is damaged
   */
  static List<X509CRL> revocationLists(String setting, String file, byte[] content) {
    List<X509CRL> lists = new ArrayList<>();
    List<PemBlock> blocks = blocks(setting, file, content);
    for (PemBlock block : blocks) {
      if (block.label().endsWith("CRL")) {
        lists.add(revocationList(setting, file, block.content()));
      }
    }
    if (lists.isEmpty() && blocks.isEmpty() && isSigned(content)) {
      lists.add(revocationList(setting, file, content));
    }
    if (lists.isEmpty()) {
      throw invalid(
          setting, file, FileKind.of(content, blocks, "revocation list (X509 CRL)"), null);
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
   * The private key of a file; of several the first.
   *
   * @param password opens an encrypted one; may be empty
   * @throws WirelaceException -664 if there is none, or it cannot be used
   */
  public static PrivateKey key(String setting, String file, byte[] content, String password) {
    List<PemBlock> blocks = blocks(setting, file, content);
    try {
      for (PemBlock block : blocks) {
        // EC PARAMETERS or a certificate may stand before it.
        Optional<PrivateKey> key = PrivateKeys.of(block, password);
        if (key.isPresent()) {
          return key.get();
        }
      }
      if (blocks.isEmpty() && isPkcs8(content)) {
        return PrivateKeys.pkcs8(content);
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw invalid(setting, file, "the key in it cannot be used: " + e.getMessage(), e);
    }
    throw invalid(setting, file, FileKind.of(content, blocks, "private key"), null);
  }

  /** Whether it is a key in DER: a version, 0 or 1, and its algorithm. */
  private static boolean isPkcs8(byte[] content) {
    try {
      DerReader members = new DerReader(content).inside(Der.SEQUENCE);
      return members.integer() <= 1 && members.tag() == Der.SEQUENCE;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static List<PemBlock> blocks(String setting, String file, byte[] content) {
    try {
      return PemBlock.in(content);
    } catch (IllegalArgumentException e) {
      throw invalid(setting, file, String.valueOf(e.getMessage()), e);
    }
  }

  private static WirelaceException invalid(
      String setting, String file, String why, @Nullable Throwable cause) {
    return new WirelaceException(
        Fault.of(ErrorCode.INVALID_CONFIG, setting + ": " + file + ": " + why, cause));
  }
}
