package io.wirelace.quic;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.wirelace.config.TlsSettings;
import java.io.IOException;

/** Certificates for tests. */
final class Certificates {
  private Certificates() {}

  /** One that signs itself, for localhost and 127.0.0.1. */
  static X509Bundle own() {
    return make(
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .addSanIpAddress("127.0.0.1")
            .setIsCertificateAuthority(true));
  }

  static X509Bundle make(CertificateBuilder builder) {
    try {
      return builder.buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Settings under which both sides use and trust it. */
  static TlsSettings settings(X509Bundle bundle) {
    try {
      String cert = bundle.toTempCertChainPem().getPath();
      return TlsSettings.DEFAULT
          .with("cert", cert)
          .with("key", bundle.toTempPrivateKeyPem().getPath())
          .with("ca", cert);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
