package io.wirelace.security;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.netty.internal.tcnative.SSL;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

/** Netty's contexts from our settings. */
final class SslContexts {
  /** Forward secret and authenticated, all of them; the client's order is of no matter. */
  private static final List<String> SOUND_CIPHERS =
      List.of(
          "TLS_AES_256_GCM_SHA384",
          "TLS_AES_128_GCM_SHA256",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private SslContexts() {}

  static SslContext server(
      TlsSettings settings,
      TlsMaterial material,
      Credential credential,
      TlsProvider provider,
      List<String> alpn) {
    if (provider == TlsProvider.JDK) {
      requireJdkCan(settings);
    }
    SslContextBuilder builder =
        SslContextBuilder.forServer(
            credential.key(), credential.chain().toArray(X509Certificate[]::new));
    ClientAuth clientAuth =
        switch (settings.clientAuth()) {
          case "need" -> ClientAuth.REQUIRE;
          case "want" -> ClientAuth.OPTIONAL;
          default -> ClientAuth.NONE;
        };
    builder.clientAuth(clientAuth);
    if (clientAuth != ClientAuth.NONE) {
      builder.trustManager(material.trust(provider == TlsProvider.BORINGSSL));
    }
    SslContext context = build(settings, builder, provider, alpn);
    SSLSessionContext sessions = context.sessionContext();
    if (sessions instanceof OpenSslSessionContext native0) {
      native0.setSessionCacheEnabled(settings.sessionCache() > 0);
      if (settings.tickets() && settings.sessionCache() > 0) {
        native0.setTicketKeys(); // BoringSSL makes the keys, and changes them every other day
      }
    }
    return context;
  }

  /**
   * Takes tickets from an engine where they are not wanted: Netty gives them to each of TLS 1.3.
   */
  static SSLEngine withTickets(TlsSettings settings, SSLEngine engine) {
    if (engine instanceof ReferenceCountedOpenSslEngine native0
        && (!settings.tickets() || settings.sessionCache() == 0)) {
      SSL.setOptions(native0.sslPointer(), SSL.SSL_OP_NO_TICKET);
    }
    return engine;
  }

  /** The JDK has its switches for resumption only for the whole process. */
  private static void requireJdkCan(TlsSettings settings) {
    if (settings.sessionCache() == 0 || !settings.tickets()) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          (settings.tickets() ? "session-cache: 0" : "tickets: false")
              + " needs provider boringssl on a server (the JDK can do this only for the whole"
              + " process: -Djdk.tls.server.enableSessionTicketExtension=false)");
    }
  }

  static SslContext client(
      TlsSettings settings, TlsMaterial material, TlsProvider provider, List<String> alpn) {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .trustManager(material.trust(provider == TlsProvider.BORINGSSL))
            .endpointIdentificationAlgorithm(settings.verifyHost() ? "HTTPS" : null);
    if (!material.credentials().isEmpty()) {
      builder.keyManager(clientKeys(material.credentialFor(null), provider));
    }
    return build(settings, builder, provider, alpn);
  }

  /** BoringSSL's form of a key is made once, and not for each handshake. */
  private static KeyManagerFactory clientKeys(Credential own, TlsProvider provider) {
    KeyManagerFactory keys = new KeyManagerFactoryWrapper(new ClientKeys(own));
    return provider == TlsProvider.BORINGSSL ? new OpenSslCachingX509KeyManagerFactory(keys) : keys;
  }

  private static SslContext build(
      TlsSettings settings, SslContextBuilder builder, TlsProvider provider, List<String> alpn) {
    builder
        .sslProvider(provider.netty())
        .protocols(TlsSettings.list(settings.versions()).stream().map(v -> "TLSv" + v).toList())
        .sessionCacheSize(Math.max(1, settings.sessionCache()))
        .sessionTimeout(Math.max(1, settings.sessionTimeout().toSeconds()));
    List<String> ciphers = TlsSettings.list(settings.ciphers());
    if (ciphers.isEmpty()) {
      builder.ciphers(SOUND_CIPHERS, SupportedCipherSuiteFilter.INSTANCE);
    } else {
      builder.ciphers(ciphers, IdentityCipherSuiteFilter.INSTANCE);
    }
    if (!alpn.isEmpty()) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              ApplicationProtocolConfig.Protocol.ALPN,
              ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
              ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
              alpn));
    }
    try {
      SslContext context = builder.build();
      requireAll(ciphers, context, provider);
      return context;
    } catch (SSLException | IllegalArgumentException e) {
      throw new WirelaceException(
          Fault.of(
              ErrorCode.INVALID_CONFIG,
              "TLS cannot be set up with these settings (ciphers, versions, key): "
                  + e.getMessage(),
              e));
    }
  }

  /** A suite that is asked for and not there is a mistake, and not something to leave out. */
  private static void requireAll(List<String> asked, SslContext context, TlsProvider provider) {
    Set<String> there = new HashSet<>(context.cipherSuites());
    for (String cipher : asked) {
      if (!there.contains(cipher)) {
        throw new WirelaceException(
            ErrorCode.INVALID_CONFIG,
            "ciphers: "
                + cipher
                + " is none of "
                + provider.name().toLowerCase(Locale.ROOT)
                + " with these versions (expected IANA names such as "
                + String.join(", ", SOUND_CIPHERS.subList(0, 4))
                + ")");
      }
    }
  }
}
