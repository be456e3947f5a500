package io.wirelace.quic;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.io.File;

/** TLS 1.3 for QUIC (RFC 9001). No early data: it could be replayed, and our requests may not. */
final class QuicTls {
  private QuicTls() {}

  static QuicSslContext server(TlsSettings settings) {
    if (settings.cert().isEmpty() || settings.key().isEmpty()) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG, "quic needs a certificate (set cert and key to PEM files)");
    }
    try {
      return QuicSslContextBuilder.forServer(
              new File(settings.key()), null, new File(settings.cert()))
          .applicationProtocols(QuicTransport.ALPN)
          .earlyData(false)
          .build();
    } catch (IllegalArgumentException e) {
      throw Fault.of(ErrorCode.INVALID_CONFIG, "certificate: " + e.getMessage(), e).toException();
    }
  }

  static QuicSslContext client(TlsSettings settings) {
    QuicSslContextBuilder builder =
        QuicSslContextBuilder.forClient().applicationProtocols(QuicTransport.ALPN).earlyData(false);
    if (!settings.ca().isEmpty()) {
      builder.trustManager(new File(settings.ca()));
    }
    return builder.build();
  }
}
