package io.wirelace.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * TLS, for every endpoint that does not say otherwise in its own options, which have the same
 * names. Immutable. Lists are texts with commas between their members. Files are PEM.
 *
 * @param cert {@code cert}: files of this side's certificates, each with what links it to its CA;
 *     of several a server takes the one whose names cover what the client asks for (SNI), and the
 *     first otherwise; empty for none
 * @param key {@code key}: files of their private keys, in the same order
 * @param keyPassword {@code key-password}: opens encrypted keys
 * @param ca {@code ca}: files of the CAs that are trusted; empty for those of the JDK
 * @param crl {@code crl}: files of the CAs' lists of revoked certificates (CRL); with any, each CA
 *     on a path needs a current one; empty if none are checked
 * @param clientAuth {@code client-auth}: whether a server asks clients for a certificate: {@code
 *     none}, {@code want} or {@code need}
 * @param versions {@code versions}: the versions of TLS that are spoken, of 1.3 and 1.2
 * @param ciphers {@code ciphers}: the cipher suites that are offered, by their IANA names; empty
 *     for all that are sound
 * @param pin {@code pin}: {@code sha256/BASE64} of the public keys of which the peer's certificate
 *     must have one, in addition to a good chain; empty for any
 * @param serverName {@code server-name}: what a client asks for and verifies in place of the
 *     endpoint's host; empty for the host
 * @param verifyHost {@code verify-host}: whether a client checks that the certificate is for the
 *     host; only ever false where nobody can listen
 * @param provider {@code provider}: who does the work: {@code boringssl}, {@code jdk}, or {@code
 *     auto} for the first that works here
 * @param sessionCache {@code session-cache}: sessions kept for resumption; 0 resumes none
 * @param sessionTimeout {@code session-timeout}: how long a session can be resumed
 * @param tickets {@code tickets}: whether a server hands out session tickets
 * @param handshakeTimeout {@code handshake-timeout}: how long a handshake may take
 * @param maxHandshakes {@code max-handshakes}: handshakes that may be under way at one listener;
 *     one connection more is turned away with -609
 * @param reloadInterval {@code reload-interval}: how often the files are looked at for changes;
 *     zero never
 */
public record TlsSettings(
    String cert,
    String key,
    String keyPassword,
    String ca,
    String crl,
    String clientAuth,
    String versions,
    String ciphers,
    String pin,
    String serverName,
    boolean verifyHost,
    String provider,
    int sessionCache,
    Duration sessionTimeout,
    boolean tickets,
    Duration handshakeTimeout,
    int maxHandshakes,
    Duration reloadInterval) {

  /** How the name of each of these settings begins among those of a server or client. */
  public static final String PREFIX = "tls-";

  // Before DEFAULT, which is checked with them.
  private static final List<String> KNOWN_VERSIONS = List.of("1.3", "1.2");
  private static final int PIN_LETTERS = 44; // 32 bytes in Base64
  private static final String PIN_START = "sha256/";

  /** No certificate, the JDK's CAs, TLS 1.3 and 1.2, hosts verified. */
  public static final TlsSettings DEFAULT =
      new TlsSettings(
          "",
          "",
          "",
          "",
          "",
          "none",
          "1.3,1.2",
          "",
          "",
          "",
          true,
          "auto",
          20_480,
          Duration.ofHours(2),
          true,
          Duration.ofSeconds(10),
          10_000,
          Duration.ofSeconds(10));

  /** Checks every value by itself; files are read when an endpoint is opened. */
  public TlsSettings {
    Objects.requireNonNull(cert, "cert");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(keyPassword, "key-password");
    Objects.requireNonNull(ca, "ca");
    Objects.requireNonNull(crl, "crl");
    oneOf("client-auth", clientAuth, "none", "want", "need");
    oneOf("provider", provider, "auto", "boringssl", "jdk");
    List<String> versionList = list(versions);
    if (versionList.isEmpty() || !KNOWN_VERSIONS.containsAll(versionList)) {
      throw Values.invalid("versions", versions, "1.3, 1.2 or both; older ones are not safe");
    }
    list(ciphers);
    list(pin).forEach(TlsSettings::checkPin);
    Objects.requireNonNull(serverName, "server-name");
    Ranges.check("session-cache", sessionCache, 0, 1 << 24);
    Ranges.positive("session-timeout", sessionTimeout);
    Ranges.positive("handshake-timeout", handshakeTimeout);
    Ranges.check("max-handshakes", maxHandshakes, 1, 1 << 24);
    Ranges.notNegative("reload-interval", reloadInterval);
  }

  private static void oneOf(String name, String value, String... expected) {
    if (!Arrays.asList(expected).contains(value)) {
      throw Values.invalid(name, value, "one of " + String.join(", ", expected));
    }
  }

  private static void checkPin(String value) {
    if (!value.startsWith(PIN_START)
        || value.length() != PIN_START.length() + PIN_LETTERS
        || !value.substring(PIN_START.length()).matches("[A-Za-z0-9+/]{43}=")) {
      throw Values.invalid(
          "pin", value, "sha256/ and 44 letters of Base64, as lace cert show prints it");
    }
  }

  /** The members of a list, without blanks; empty for an empty text. */
  public static List<String> list(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  /**
   * A copy with one setting changed.
   *
   * @param name its dashed name, without a prefix, such as {@code client-auth}
   * @param value of the setting's type, or a text to be read as one
   * @throws io.wirelace.error.WirelaceException -664 if there is no such setting, or the value is
   *     out of range
   */
  public TlsSettings with(String name, Object value) {
    return RecordSettings.with(this, name, value);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "TlsSettings[cert=" + cert + ", ca=" + ca + ", versions=" + versions + "]";
  }
}
