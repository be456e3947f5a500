package io.wirelace.tests.contract;

import io.wirelace.certificates.TestCa;
import io.wirelace.config.TlsSettings;

/** Both sides have a certificate of one CA, and prove who they are. */
final class MutualTls {
  private static final TestCa CA = TestCa.temporary();
  private static final TestCa.Leaf OWN = CA.localhost();

  private MutualTls() {}

  static TlsSettings client() {
    return TlsSettings.DEFAULT
        .with("cert", OWN.cert())
        .with("key", OWN.key())
        .with("ca", CA.file());
  }

  static TlsSettings server() {
    return client().with("client-auth", "need");
  }
}
