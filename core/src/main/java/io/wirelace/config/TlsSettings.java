package io.wirelace.config;

/**
 * TLS, for every endpoint that does not say otherwise in its own options. Immutable.
 *
 * @param cert {@code cert}: PEM file of this side's certificate and what links it to its CA; empty
 *     for none
 * @param key {@code key}: PEM file of the certificate's private key
 * @param ca {@code ca}: PEM file of the CAs that are trusted; empty for those of the JDK
 */
public record TlsSettings(String cert, String key, String ca) {
  /** No certificate, the JDK's CAs. */
  public static final TlsSettings DEFAULT = new TlsSettings("", "", "");
}
