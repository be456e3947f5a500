package io.wirelace.tests.contract;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.wirelace.ClientBuilder;
import io.wirelace.ServerBuilder;
import io.wirelace.config.TlsSettings;
import java.io.File;

/** The contract over QUIC. */
abstract class QuicContract extends FlowContract {
  private static final TlsSettings TLS = makeTls();

  private static TlsSettings makeTls() {
    try {
      X509Bundle own =
          new CertificateBuilder()
              .subject("CN=localhost")
              .addSanDnsName("localhost")
              .addSanIpAddress("127.0.0.1")
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      File cert = own.toTempCertChainPem();
      File key = own.toTempPrivateKeyPem();
      return TlsSettings.DEFAULT
          .with("cert", cert.getPath())
          .with("key", key.getPath())
          .with("ca", cert.getPath());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  String listenUri() {
    return "quic://127.0.0.1:0";
  }

  @Override
  ServerBuilder server(String uri) {
    return super.server(uri).tls(TLS);
  }

  @Override
  ClientBuilder client() {
    return super.client().tls(TLS);
  }
}
