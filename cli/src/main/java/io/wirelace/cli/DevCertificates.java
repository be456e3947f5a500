package io.wirelace.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** A CA and a certificate for loopback, for servers that this process starts itself. */
record DevCertificates(Path folder) {
  private static final Duration VALIDITY = Duration.ofDays(1);
  private static final List<String> NAMES = List.of("localhost", "127.0.0.1", "::1");

  /** Makes them in a folder. */
  static DevCertificates in(Path folder) {
    CertificateMaker maker = new CertificateMaker(Clock.systemUTC());
    CertificateMaker.Made ca = maker.ca("Wirelace, for one run", VALIDITY);
    CertificateMaker.Made server =
        maker.leaf(
            ca, new CertificateMaker.Subject(NAMES.getFirst(), NAMES, true, false), VALIDITY);
    CertificateFiles files = new CertificateFiles(folder, false);
    files.write("ca", List.of(ca.certificate()), ca.key());
    files.write("server", List.of(server.certificate()), server.key());
    return new DevCertificates(folder);
  }

  /** What a server's endpoint says. */
  String serverOptions() {
    return "cert=" + folder.resolve("server.pem") + "&key=" + folder.resolve("server.key");
  }

  /** What a client's endpoint says. */
  String clientOptions() {
    return "ca=" + folder.resolve("ca.pem");
  }
}
