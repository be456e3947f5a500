package io.wirelace.security;

import java.util.List;
import java.util.stream.Collectors;

/** What a file is that holds nothing of what was expected, and what turns it into that. */
final class FileKind {
  private static final int JAVA_KEY_STORE = 0xFEEDFEED;

  private FileKind() {}

  /**
   * A sentence without its beginning, which is the file's name.
   *
   * @param blocks those of PEM in it
   * @param wanted what was expected
   */
  static String of(byte[] file, List<PemBlock> blocks, String wanted) {
    String expected = " (expected " + wanted + ", in PEM)";
    if (file.length == 0) {
      return "it is empty" + expected;
    }
    if (!blocks.isEmpty()) {
      return "no "
          + wanted
          + " in it, but "
          + blocks.stream().map(PemBlock::label).distinct().collect(Collectors.joining(", "))
          + blocks.stream()
              .map(block -> hint(block.label()))
              .distinct()
              .collect(Collectors.joining());
    }
    if (isJavaKeyStore(file)) {
      return "it is a Java key store"
          + expected
          + ": keytool -importkeystore -srckeystore FILE -deststoretype PKCS12 -destkeystore NEW"
          + " makes it PKCS #12, from which openssl pkcs12 takes the rest";
    }
    return binary(file, wanted, expected);
  }

  private static String hint(String label) {
    return switch (label) {
      case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST" ->
          " (a request, of which a CA has yet to make a certificate)";
      case "PKCS7" -> " (openssl pkcs7 -print_certs -in FILE -out NEW)";
      case "PUBLIC KEY", "RSA PUBLIC KEY" -> " (the public half of a key)";
      default -> "";
    };
  }

  private static String binary(byte[] file, String wanted, String expected) {
    try {
      DerReader members = new DerReader(file).inside(Der.SEQUENCE);
      if (members.tag() == Der.INTEGER && members.integer() == 3) {
        return "it is PKCS #12"
            + expected
            + ": openssl pkcs12 -in FILE -nokeys -out CERT and openssl pkcs12 -in FILE -nocerts"
            + " -nodes -out KEY";
      }
      return "it is DER, and no "
          + wanted
          + " that can be read"
          + expected
          + ": openssl x509 -inform DER, or openssl pkey -inform DER, -in FILE -out NEW";
    } catch (IllegalArgumentException e) {
      return "no " + wanted + " in it" + expected;
    }
  }

  private static boolean isJavaKeyStore(byte[] file) {
    if (file.length < Integer.BYTES) {
      return false;
    }
    int magic = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      magic = (magic << 8) | (file[i] & 0xFF);
    }
    return magic == JAVA_KEY_STORE;
  }
}
