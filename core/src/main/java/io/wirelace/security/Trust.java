package io.wirelace.security;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts whom the chain proves and, besides, the pins allow: the JDK checks chain, dates, purpose
 * and (where the engine is told to) the host; a pin is never instead of that. Any thread.
 */
final class Trust extends X509ExtendedTrustManager {
  // OpenSSL's numbers, from which BoringSSL chooses the alert that the peer gets.
  private static final int UNKNOWN_ISSUER = 20;
  private static final int HOST_MISMATCH = 62;
  private static final int REJECTED = 28;

  private static final Set<CertPathValidatorException.Reason> KNOWN_TO_NETTY =
      Set.of(BasicReason.EXPIRED, BasicReason.NOT_YET_VALID, BasicReason.REVOKED);

  private final X509ExtendedTrustManager chain;
  private final Pins pins;
  private final boolean alerts;

  private Trust(X509ExtendedTrustManager chain, Pins pins, boolean alerts) {
    this.chain = chain;
    this.pins = pins;
    this.alerts = alerts;
  }

  /**
   * Trust in some CAs.
   *
   * @param cas those that are trusted; empty for the JDK's
   * @param alerts whether exceptions tell BoringSSL which alert to send
   */
  static Trust of(List<X509Certificate> cas, Pins pins, boolean alerts) {
    try {
      KeyStore store = null;
      if (!cas.isEmpty()) {
        store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < cas.size(); i++) {
          store.setCertificateEntry("ca-" + i, cas.get(i));
        }
      }
      return new Trust(manager(store), pins, alerts);
    } catch (GeneralSecurityException | IOException e) {
      throw new WirelaceException(
          Fault.of(ErrorCode.INVALID_CONFIG, "ca: trust cannot be set up: " + e, e));
    }
  }

  private static X509ExtendedTrustManager manager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("no X509ExtendedTrustManager");
  }

  /** A check of the JDK's. */
  @FunctionalInterface
  private interface Check {
    void run() throws CertificateException;
  }

  private void check(X509Certificate[] peer, Check check) throws CertificateException {
    try {
      check.run();
    } catch (CertificateException e) {
      throw alerts ? withAlert(e) : e;
    }
    if (!pins.match(peer[0])) {
      String message =
          TlsFaults.WRONG_PIN + Pins.of(peer[0]) + " (expected " + String.join(" or ", pins.pins());
      throw alerts
          ? new OpenSslCertificateException(message + ")", REJECTED)
          : new CertificateException(message + ")");
    }
  }

  /** With the number of what went wrong, where Netty would not find it by itself. */
  private static CertificateException withAlert(CertificateException e) {
    String message = String.valueOf(e.getMessage());
    if (TlsFaults.isWrongHost(e)) {
      // Not as it is: Netty would wrap the JDK's own words, and the number would be lost.
      return new OpenSslCertificateException(TlsFaults.WRONG_HOST + message, e, HOST_MISMATCH);
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException
          || cause instanceof CertificateNotYetValidException
          || cause instanceof CertificateRevokedException) {
        return e;
      }
      if (cause instanceof CertPathBuilderException
          || (cause instanceof CertPathValidatorException invalid
              && !KNOWN_TO_NETTY.contains(invalid.getReason()))) {
        return new OpenSslCertificateException(message, e, UNKNOWN_ISSUER);
      }
    }
    return e;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] peer, String authType, SSLEngine engine)
      throws CertificateException {
    check(peer, () -> chain.checkClientTrusted(peer, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] peer, String authType, SSLEngine engine)
      throws CertificateException {
    check(peer, () -> chain.checkServerTrusted(peer, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] peer, String authType, Socket socket)
      throws CertificateException {
    check(peer, () -> chain.checkClientTrusted(peer, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] peer, String authType, Socket socket)
      throws CertificateException {
    check(peer, () -> chain.checkServerTrusted(peer, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] peer, String authType)
      throws CertificateException {
    check(peer, () -> chain.checkClientTrusted(peer, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] peer, String authType)
      throws CertificateException {
    check(peer, () -> chain.checkServerTrusted(peer, authType));
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chain.getAcceptedIssuers();
  }
}
