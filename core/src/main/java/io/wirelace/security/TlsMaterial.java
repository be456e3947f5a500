package io.wirelace.security;

import io.wirelace.config.TlsSettings;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the settings' files hold at one moment: certificates with their keys, and CAs. Immutable.
 * This is what a transport with a TLS of its own (QUIC) is built from.
 */
public final class TlsMaterial {
  private static final Logger LOG = LoggerFactory.getLogger(TlsMaterial.class);

  private final TlsSettings settings;
  private final List<Credential> credentials;
  private final List<X509Certificate> cas;
  private final RevocationLists revoked;
  private final FilesLook look;

  private TlsMaterial(
      TlsSettings settings,
      List<Credential> credentials,
      List<X509Certificate> cas,
      RevocationLists revoked,
      FilesLook look) {
    this.settings = settings;
    this.credentials = List.copyOf(credentials);
    this.cas = List.copyOf(cas);
    this.revoked = revoked;
    this.look = look;
  }

  /**
   * Reads the files.
   *
   * @throws WirelaceException -664 naming what is wrong with which
   */
  public static TlsMaterial load(TlsSettings settings) {
    List<String> certs = TlsSettings.list(settings.cert());
    List<String> keys = TlsSettings.list(settings.key());
    if (certs.size() != keys.size()) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "cert: " + certs.size() + " files, key: " + keys.size() + " (expected a key for each)");
    }
    // The look first: what changes while it is read is then read again later.
    FilesLook look = FilesLook.of(settings);
    List<Credential> credentials = new ArrayList<>();
    for (int i = 0; i < certs.size(); i++) {
      credentials.add(credential(certs.get(i), keys.get(i), settings.keyPassword()));
    }
    List<X509Certificate> cas = new ArrayList<>();
    for (String file : TlsSettings.list(settings.ca())) {
      cas.addAll(Pem.certificates("ca", file, Pem.read("ca", file)));
    }
    List<X509CRL> lists = new ArrayList<>();
    for (String file : TlsSettings.list(settings.crl())) {
      lists.addAll(Pem.revocationLists("crl", file, Pem.read("crl", file)));
    }
    return new TlsMaterial(settings, credentials, cas, new RevocationLists(lists), look);
  }

  private static Credential credential(String cert, String key, String password) {
    List<X509Certificate> all = Pem.certificates("cert", cert, Pem.read("cert", cert));
    Credential own = new Credential(Pem.key("key", key, Pem.read("key", key), password), all);
    for (X509Certificate one : all) {
      if (!own.chain().contains(one)) {
        LOG.warn(
            "cert: {}: {} did not issue {} nor what is above it, and is not shown to peers",
            cert,
            one.getSubjectX500Principal().getName(),
            own.chain().getFirst().getSubjectX500Principal().getName());
      }
    }
    return own;
  }

  /** How the files looked when they were read. */
  FilesLook look() {
    return look;
  }

  /** The settings that name the files. */
  public TlsSettings settings() {
    return settings;
  }

  /** Whether a file looks otherwise than when it was read. Blocks on the files. */
  public boolean isStale() {
    return !FilesLook.of(settings).equals(look);
  }

  /** This side's certificates, the default one first; empty where a client has none. */
  public List<Credential> credentials() {
    return credentials;
  }

  /** The CAs that are trusted; empty for those of the JDK. */
  public List<X509Certificate> cas() {
    return cas;
  }

  /**
   * The certificate for a name that a client asks for.
   *
   * @param serverName null where it asks for none
   * @return the first that covers it, or else the first of all
   */
  public Credential credentialFor(@Nullable String serverName) {
    Optional<Credential> covering =
        serverName == null
            ? Optional.empty()
            : credentials.stream().filter(c -> c.covers(serverName)).findFirst();
    return covering.orElseGet(credentials::getFirst);
  }

  /**
   * Checks chain, dates, purpose, revocation, host (where the engine asks for it) and pins.
   *
   * @param alerts whether what it throws tells BoringSSL which alert to send; only where its
   *     classes are there
   */
  public X509ExtendedTrustManager trust(boolean alerts) {
    return Trust.of(cas, new Pins(TlsSettings.list(settings.pin())), revoked, alerts);
  }

  /**
   * Checks that what replaces certificates that are in use has not ended.
   *
   * @throws WirelaceException -664 naming the certificate that has
   */
  public void requireNotEnded() {
    for (Credential credential : credentials) {
      X509Certificate own = credential.chain().getFirst();
      if (Instant.now().isAfter(own.getNotAfter().toInstant())) {
        throw new WirelaceException(
            ErrorCode.INVALID_CONFIG,
            "cert: that of "
                + own.getSubjectX500Principal().getName()
                + " ended on "
                + own.getNotAfter().toInstant()
                + " (expected one that is valid)");
      }
    }
  }

  /**
   * Checks that a server can be run with this.
   *
   * @throws WirelaceException -664 saying what is missing
   */
  public void requireServer() {
    if (credentials.isEmpty()) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "TLS needs a certificate: cert=FILE&key=FILE in the endpoint, or tls-cert and tls-key"
              + " in the settings; lace cert makes one for development");
    }
    if (!settings.pin().isEmpty() && !settings.clientAuth().equals("need")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "pin: on a server it is the key of a client's certificate (expected client-auth=need with"
              + " it, or clients without one would be let in)");
    }
    if (!settings.crl().isEmpty() && settings.clientAuth().equals("none")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "crl: on a server it says which certificates of clients are revoked (expected"
              + " client-auth=need or want with it)");
    }
    if (!settings.clientAuth().equals("none") && cas.isEmpty()) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "client-auth: "
              + settings.clientAuth()
              + " needs ca=FILE: the CA of your clients, or anybody with a public certificate"
              + " would be let in");
    }
  }
}
