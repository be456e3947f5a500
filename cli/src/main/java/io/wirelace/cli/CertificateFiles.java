package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.wirelace.error.WirelaceException;
import io.wirelace.security.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a directory of certificates: {@code NAME.pem} for all to read, {@code NAME.key} for
 * its owner alone (mode 0600, from the moment it exists).
 *
 * @param directory where they are; made when the first is written
 * @param force whether files that are there are overwritten
 */
record CertificateFiles(Path directory, boolean force) {
  private static final int LINE = 64; // RFC 7468 2

  private Path certificate(String name) {
    return directory.resolve(name + ".pem");
  }

  private Path key(String name) {
    return directory.resolve(name + ".key");
  }

  boolean hasCa() {
    return Files.exists(certificate("ca")) && Files.exists(key("ca"));
  }

  /** Fails if one of the files is there and must not be overwritten. */
  void requireFree(String name) {
    if (force) {
      return;
    }
    Stream.of(certificate(name), key(name))
        .filter(Files::exists)
        .findFirst()
        .ifPresent(there -> {
          throw new CommandFailed(
              ExitCode.FAILED, there + " is there already (--force overwrites it)");
        });
  }

  void write(String name, List<X509Certificate> certificates, PrivateKey key) {
    requireFree(name);
    try {
      Files.createDirectories(directory);
      // The key first, and never readable by others, not even for a moment.
      Files.deleteIfExists(key(name));
      Files.createFile(key(name), ownerOnly());
      Files.writeString(
          key(name), pem("PRIVATE KEY", key.getEncoded()), US_ASCII, StandardOpenOption.WRITE);
      StringBuilder text = new StringBuilder();
      for (X509Certificate certificate : certificates) {
        text.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
      Files.writeString(certificate(name), text, US_ASCII);
    } catch (IOException | CertificateEncodingException e) {
      throw new CommandFailed(ExitCode.FAILED, "cannot write to " + directory + ": " + e);
    }
  }

  private FileAttribute<?>[] ownerOnly() {
    boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static String pem(String label, byte[] content) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(
            label, Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content), label);
  }

  /** The CA that is there. */
  CertificateMaker.Made readCa() {
    String key = key("ca").toString();
    try {
      return new CertificateMaker.Made(
          read(certificate("ca").toString()).getFirst(),
          Pem.key("CA key", key, Pem.read("CA key", key), ""));
    } catch (WirelaceException e) {
      throw new CommandFailed(ExitCode.FAILED, e.fault().message());
    }
  }

  /** The certificates of any file. */
  static List<X509Certificate> read(String file) {
    try {
      return Pem.certificates("certificate", file, Pem.read("certificate", file));
    } catch (WirelaceException e) {
      throw new CommandFailed(ExitCode.FAILED, e.fault().message());
    }
  }
}
