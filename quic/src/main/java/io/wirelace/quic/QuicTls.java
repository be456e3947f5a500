package io.wirelace.quic;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.wirelace.config.TlsSettings;
import io.wirelace.config.Values;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.security.ClientKeys;
import io.wirelace.security.Credential;
import io.wirelace.security.TlsMaterial;
import io.wirelace.security.TlsProvider;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 for QUIC (RFC 9001) from the same settings as {@code tls://}: same certificates, trust
 * and pins. No early data: it could be replayed, and our requests may not. Any thread.
 */
final class QuicTls {
  /**
   * The QUIC library says nothing to a client whose first packet it refuses. So the protocols of
   * clients that may lose their way are taken, and refused in words once there are keys for that.
   */
  private static final String[] ALPN_OF_SERVERS = {QuicTransport.ALPN, "h3", "hq-interop"};

  private QuicTls() {}

  /** Refuses what only TLS over a byte stream can do. */
  static TlsSettings check(TlsSettings settings) {
    if (!TlsSettings.list(settings.versions()).contains("1.3")) {
      throw Values.invalid("versions", settings.versions(), "1.3 among them: QUIC has no other");
    }
    if (!settings.ciphers().isEmpty()) {
      throw Values.invalid("ciphers", settings.ciphers(), "none with quic: its TLS has its own");
    }
    if (settings.provider().equals("jdk")) {
      throw Values.invalid("provider", settings.provider(), "auto or boringssl with quic");
    }
    return settings;
  }

  /** What a server shows and asks for; the certificate is chosen by the name that is asked for. */
  static QuicSslContext server(TlsMaterial material) {
    TlsSettings settings = material.settings();
    if (!settings.tickets() || settings.sessionCache() == 0) {
      throw Values.invalid(
          settings.tickets() ? "session-cache" : "tickets",
          settings.tickets() ? 0 : false,
          "tickets, with a quic server: its TLS cannot do without them");
    }
    requireUsableKeys(material);
    List<Credential> credentials = material.credentials();
    List<QuicSslContext> each =
        credentials.stream().map(one -> server(material, one, null)).toList();
    Function<@Nullable String, QuicSslContext> byName =
        name -> each.get(credentials.indexOf(material.credentialFor(name)));
    return each.size() == 1 ? each.getFirst() : server(material, credentials.getFirst(), byName);
  }

  private static QuicSslContext server(
      TlsMaterial material,
      Credential credential,
      @Nullable Function<@Nullable String, QuicSslContext> byName) {
    TlsSettings settings = material.settings();
    QuicSslContextBuilder builder =
        QuicSslContextBuilder.forServer(
            credential.key(), null, credential.chain().toArray(X509Certificate[]::new));
    ClientAuth clientAuth =
        switch (settings.clientAuth()) {
          case "need" -> ClientAuth.REQUIRE;
          case "want" -> ClientAuth.OPTIONAL;
          default -> ClientAuth.NONE;
        };
    builder.clientAuth(clientAuth).applicationProtocols(ALPN_OF_SERVERS);
    if (clientAuth != ClientAuth.NONE) {
      builder.trustManager(new RememberingTrust(material.trust(true)));
    }
    if (byName != null) {
      builder.sni(byName::apply);
    }
    return build(settings, builder);
  }

  /** QUIC has BoringSSL only. */
  private static void requireUsableKeys(TlsMaterial material) {
    String whyNot = TlsProvider.whyNotFor(material);
    if (whyNot != null) {
      throw Fault.of(ErrorCode.INVALID_CONFIG, "key: with quic, TLS is BoringSSL's: " + whyNot)
          .toException();
    }
  }

  /** What a client trusts, and shows if it is asked. */
  static QuicSslContext client(TlsMaterial material) {
    TlsSettings settings = material.settings();
    QuicSslContextBuilder builder =
        QuicSslContextBuilder.forClient()
            .trustManager(new RememberingTrust(material.trust(true)))
            .endpointIdentificationAlgorithm(settings.verifyHost() ? "HTTPS" : null);
    requireUsableKeys(material);
    if (!material.credentials().isEmpty()) {
      builder.keyManager(new ClientKeys(material.credentialFor(null)), null);
    }
    return build(settings, builder.applicationProtocols(QuicTransport.ALPN));
  }

  private static QuicSslContext build(TlsSettings settings, QuicSslContextBuilder builder) {
    try {
      return builder
          .earlyData(false)
          .sessionCacheSize(Math.max(1, settings.sessionCache()))
          .sessionTimeout(Math.max(1, settings.sessionTimeout().toSeconds()))
          .build();
    } catch (IllegalArgumentException e) {
      throw Fault.of(
              ErrorCode.INVALID_CONFIG,
              "TLS for quic cannot be set up with these settings (cert, key): " + e.getMessage(),
              e)
          .toException();
    }
  }
}
