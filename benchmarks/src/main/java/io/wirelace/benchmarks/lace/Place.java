package io.wirelace.benchmarks.lace;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a server of one transport listens, and how its clients get there.
 *
 * @param listen the URI for the server
 * @param trust options of the clients' URI, or empty
 */
record Place(String listen, String trust) {
  private static final String LOCAL = "://127.0.0.1:0";

  /** A place for a URI scheme, with a certificate of its own where that needs one. */
  static Place of(String scheme) throws Exception {
    return switch (scheme) {
      case "tls", "wss", "quic" -> secure(scheme);
      case "unix" -> new Place("unix:" + folder().resolve("lace.sock"), "");
      default -> new Place(scheme + LOCAL + path(scheme), "");
    };
  }

  /** A place for plain TCP at an address of this machine. */
  static Place tcpAt(String host) {
    return new Place("tcp://" + host + ":0", "");
  }

  private static String path(String scheme) {
    return scheme.startsWith("ws") ? "/lace" : "";
  }

  private static Path folder() throws java.io.IOException {
    Path folder = Files.createTempDirectory("lace-benchmark-");
    folder.toFile().deleteOnExit();
    return folder;
  }

  private static Place secure(String scheme) throws Exception {
    X509Bundle certificate =
        new CertificateBuilder()
            .subject("CN=127.0.0.1")
            .addSanIpAddress("127.0.0.1")
            .ecp256()
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path folder = folder();
    Path chain = Files.writeString(folder.resolve("cert.pem"), certificate.getCertificatePathPEM());
    Path key = Files.writeString(folder.resolve("key.pem"), certificate.getPrivateKeyPEM());
    return new Place(
        scheme + LOCAL + path(scheme) + "?cert=" + chain + "&key=" + key, "ca=" + chain);
  }

  /** The URI for clients of a server that listens there. */
  String connect(String bound) {
    // A shared port is called by what is spoken there.
    String called = bound.startsWith("any://") ? bound.replace("any://", "tcp://") : bound;
    return trust.isEmpty() ? called : called + "?" + trust;
  }
}
