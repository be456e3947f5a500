package io.wirelace.quic;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Leaves on a connection why its peer was not trusted: the QUIC library tells no more than that it
 * was not. Any thread.
 */
final class RememberingTrust extends X509ExtendedTrustManager {
  private static final String REFUSAL = "io.wirelace.quic.refusal";

  private final X509ExtendedTrustManager trust;

  RememberingTrust(X509ExtendedTrustManager trust) {
    this.trust = trust;
  }

  /** Why the peer of a connection was not trusted, or null. */
  static @Nullable CertificateException refusal(@Nullable SSLEngine engine) {
    return engine == null ? null : (CertificateException) engine.getSession().getValue(REFUSAL);
  }

  private static CertificateException remember(SSLEngine engine, CertificateException refusal) {
    engine.getSession().putValue(REFUSAL, refusal);
    return refusal;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] peer, String authType, SSLEngine engine)
      throws CertificateException {
    try {
      trust.checkClientTrusted(peer, authType, engine);
    } catch (CertificateException e) {
      throw remember(engine, e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] peer, String authType, SSLEngine engine)
      throws CertificateException {
    try {
      trust.checkServerTrusted(peer, authType, engine);
    } catch (CertificateException e) {
      throw remember(engine, e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] peer, String authType, Socket socket)
      throws CertificateException {
    trust.checkClientTrusted(peer, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] peer, String authType, Socket socket)
      throws CertificateException {
    trust.checkServerTrusted(peer, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] peer, String authType)
      throws CertificateException {
    trust.checkClientTrusted(peer, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] peer, String authType)
      throws CertificateException {
    trust.checkServerTrusted(peer, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trust.getAcceptedIssuers();
  }
}
