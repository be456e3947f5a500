package io.wirelace.security;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts whom the chain proves and, besides, the pins allow: the JDK checks chain, dates, purpose
 * and (where the engine is told to) the host; {@link AnchorCheck} holds the CAs of {@code ca} to
 * the same; a pin is never instead of that. Any thread.
 */
final class Trust extends X509ExtendedTrustManager {
  private final Set<X509Certificate> cas;
  private final X509ExtendedTrustManager ofServers;
  private final X509ExtendedTrustManager ofClients;
  private final Pins pins;
  private final RevocationLists revoked;
  private final boolean alerts;

  private Trust(Set<X509Certificate> cas, Pins pins, RevocationLists revoked, boolean alerts)
      throws GeneralSecurityException {
    this.cas = cas;
    this.ofServers = manager(cas, Purpose.SERVER, revoked);
    this.ofClients = manager(cas, Purpose.CLIENT, revoked);
    this.pins = pins;
    this.revoked = revoked;
    this.alerts = alerts;
  }

  /**
   * Trust in some CAs.
   *
   * @param cas those that are trusted; empty for the JDK's
   * @param alerts whether exceptions tell BoringSSL which alert to send
   */
  static Trust of(List<X509Certificate> cas, Pins pins, RevocationLists revoked, boolean alerts) {
    try {
      Set<X509Certificate> all = new LinkedHashSet<>(cas.isEmpty() ? ofTheJdk() : cas);
      return new Trust(all, pins, revoked, alerts);
    } catch (GeneralSecurityException e) {
      throw new WirelaceException(
          Fault.of(ErrorCode.INVALID_CONFIG, "ca: trust cannot be set up: " + e, e));
    }
  }

  private static List<X509Certificate> ofTheJdk() throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init((KeyStore) null);
    return List.of(extended(factory).getAcceptedIssuers());
  }

  private static X509ExtendedTrustManager manager(
      Set<X509Certificate> cas, Purpose purpose, RevocationLists revoked)
      throws GeneralSecurityException {
    Set<TrustAnchor> anchors = new LinkedHashSet<>();
    cas.forEach(ca -> anchors.add(new TrustAnchor(ca, null)));
    PKIXBuilderParameters rules = new PKIXBuilderParameters(anchors, null);
    // As the JDK does it where it is given only the CAs.
    rules.setRevocationEnabled(Boolean.getBoolean("com.sun.net.ssl.checkRevocation"));
    rules.addCertPathChecker(new AnchorCheck(cas, purpose, revoked));
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(new CertPathTrustManagerParameters(rules));
    return extended(factory);
  }

  private static X509ExtendedTrustManager extended(TrustManagerFactory factory)
      throws GeneralSecurityException {
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

  private void check(X509Certificate[] peer, Purpose purpose, Check check)
      throws CertificateException {
    try {
      check.run();
      if (cas.contains(peer[0])) {
        requireUsable(peer[0], purpose);
      }
    } catch (CertificateException e) {
      throw told(Untrusted.of(e, peer));
    }
    if (!pins.match(peer[0])) {
      String message =
          TlsFaults.WRONG_PIN + Pins.of(peer[0]) + " (expected " + String.join(" or ", pins.pins());
      throw told(new Untrusted(Untrusted.Why.REJECTED, message + ")"));
    }
  }

  /** With the alert that fits, where Netty would not find it by itself. */
  private CertificateException told(Untrusted why) {
    return alerts
        ? new OpenSslCertificateException(String.valueOf(why.getMessage()), why, why.why().number())
        : why;
  }

  /** The JDK takes a peer's own certificate as it is, if that is in {@code ca} itself. */
  private void requireUsable(X509Certificate own, Purpose purpose) throws Untrusted {
    AnchorCheck.requireCurrent(own, "the peer's certificate");
    boolean maySign = Purpose.maySignHandshakes(own);
    if (!maySign || !purpose.isAllowedBy(own)) {
      throw new Untrusted(
          Untrusted.Why.OTHER_PURPOSE,
          "the peer's certificate is for another purpose: "
              + Untrusted.name(own)
              + (maySign
                  ? " (expected the extended key usage " + purpose.label() + ", or none)"
                  : " (expected the key usage digitalSignature, or none)"));
    }
    revoked.checkTrusted(own, cas);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] peer, String authType, SSLEngine engine)
      throws CertificateException {
    check(peer, Purpose.CLIENT, () -> ofClients.checkClientTrusted(peer, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] peer, String authType, SSLEngine engine)
      throws CertificateException {
    check(peer, Purpose.SERVER, () -> ofServers.checkServerTrusted(peer, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] peer, String authType, Socket socket)
      throws CertificateException {
    check(peer, Purpose.CLIENT, () -> ofClients.checkClientTrusted(peer, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] peer, String authType, Socket socket)
      throws CertificateException {
    check(peer, Purpose.SERVER, () -> ofServers.checkServerTrusted(peer, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] peer, String authType)
      throws CertificateException {
    check(peer, Purpose.CLIENT, () -> ofClients.checkClientTrusted(peer, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] peer, String authType)
      throws CertificateException {
    check(peer, Purpose.SERVER, () -> ofServers.checkServerTrusted(peer, authType));
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return cas.toArray(X509Certificate[]::new);
  }
}
