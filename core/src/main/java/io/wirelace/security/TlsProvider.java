package io.wirelace.security;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.NativeLibraries;
import io.wirelace.error.WirelaceException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who does the work of TLS. */
public enum TlsProvider {
  /** BoringSSL, by Netty's native part: several times as fast. */
  BORINGSSL,
  /** The JDK's own, everywhere. */
  JDK;

  /** The cipher suites of TLS 1.3, which BoringSSL offers all or none. */
  static final List<String> TLS_1_3_CIPHERS =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /** It does not verify what a key on P-521 has signed. */
  private static final int MOST_CURVE_BITS = 384;

  /**
   * The provider in use, and why it is not BoringSSL.
   *
   * @param provider who it is
   * @param why why not BoringSSL; empty if it is
   */
  public record Choice(TlsProvider provider, String why) {
    /** As the start-up line shows it. */
    public String label() {
      return provider == BORINGSSL ? "boringssl" : "jdk (" + why + ")";
    }
  }

  /** Why BoringSSL does not work here, or null if it does. */
  public static @Nullable String whyNotBoringSsl() {
    try {
      if (!OpenSsl.isAvailable()) {
        Throwable cause = OpenSsl.unavailabilityCause();
        return "its native part does not load: "
            + (cause == null ? "no cause told" : NativeLibraries.whyNot(cause));
      }
      String version = String.valueOf(OpenSsl.versionString());
      return version.contains("BoringSSL") ? null : "the native part found is " + version;
    } catch (LinkageError e) {
      return "its classes are not there: " + root(e);
    }
  }

  /**
   * Who does the work for these settings.
   *
   * @throws WirelaceException -664 if the one that is asked for does not work here, or cannot do
   *     what the settings say
   */
  public static Choice choose(TlsSettings settings) {
    if (settings.provider().equals("jdk")) {
      return new Choice(JDK, "provider=jdk");
    }
    String whyNot = whyNotBoringSsl();
    if (whyNot == null) {
      whyNot = whyNotFor(settings);
    }
    if (whyNot == null) {
      return new Choice(BORINGSSL, "");
    }
    if (settings.provider().equals("boringssl")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG, "provider: boringssl (expected auto or jdk): " + whyNot);
    }
    return new Choice(JDK, "BoringSSL is not in use: " + whyNot);
  }

  /**
   * Who does the work for these settings and keys.
   *
   * @throws WirelaceException -664 as {@link #choose(TlsSettings)}, or if BoringSSL is asked for
   *     and cannot use a key
   */
  public static Choice choose(TlsSettings settings, TlsMaterial material) {
    Choice choice = choose(settings);
    String whyNot = choice.provider == JDK ? null : whyNotFor(material);
    if (whyNot != null && settings.provider().equals("boringssl")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG, "provider: boringssl (expected auto or jdk): " + whyNot);
    }
    return whyNot == null ? choice : new Choice(JDK, "BoringSSL is not in use: " + whyNot);
  }

  /** Which key BoringSSL cannot use on both sides of a connection, or null if it can use all. */
  public static @Nullable String whyNotFor(TlsMaterial material) {
    for (Credential credential : material.credentials()) {
      PublicKey key = credential.chain().getFirst().getPublicKey();
      boolean usable =
          key instanceof ECPublicKey ec
              ? ec.getParams().getCurve().getField().getFieldSize() <= MOST_CURVE_BITS
              : key.getAlgorithm().equals("RSA");
      if (!usable) {
        return "it cannot use the key of "
            + credential.chain().getFirst().getSubjectX500Principal().getName()
            + ", which is "
            + (key instanceof ECPublicKey ? "EC on a curve larger than P-384" : key.getAlgorithm())
            + " (expected RSA, or EC on P-256 or P-384)";
      }
    }
    return null;
  }

  /** BoringSSL has one switch for all cipher suites of TLS 1.3. */
  private static @Nullable String whyNotFor(TlsSettings settings) {
    List<String> ciphers = TlsSettings.list(settings.ciphers());
    boolean some = ciphers.stream().anyMatch(TLS_1_3_CIPHERS::contains);
    boolean choosesAmong13 = some && !ciphers.containsAll(TLS_1_3_CIPHERS);
    return choosesAmong13 && TlsSettings.list(settings.versions()).contains("1.3")
        ? "it cannot choose among the cipher suites of TLS 1.3"
        : null;
  }

  SslProvider netty() {
    return this == BORINGSSL ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
  }

  private static String root(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString();
  }
}
