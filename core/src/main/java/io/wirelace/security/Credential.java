package io.wirelace.security;

import io.netty.util.NetUtil;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * What a side proves itself with.
 *
 * @param key the private key
 * @param chain its certificate first, then what links that to its CA; given in any order
 */
public record Credential(PrivateKey key, List<X509Certificate> chain) {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  /** Finds the key's certificate among them, and puts those that issued it behind it. */
  public Credential {
    if (chain.isEmpty()) {
      throw new WirelaceException(ErrorCode.INVALID_CONFIG, "cert: no certificate in it");
    }
    String first = chain.getFirst().getSubjectX500Principal().getName();
    chain =
        List.copyOf(
            OwnChain.ordered(key, chain)
                .orElseThrow(() ->
                    new WirelaceException(
                        ErrorCode.INVALID_CONFIG,
                        "key: it is not that of the certificate of "
                            + first
                            + " (expected key files in the order of the cert files)")));
  }

  /** Whether the certificate's names cover a host: DNS names with wildcards, and addresses. */
  public boolean covers(String host) {
    String wanted = withoutDot(host).toLowerCase(Locale.ROOT);
    boolean isAddress = NetUtil.isValidIpV4Address(wanted) || NetUtil.isValidIpV6Address(wanted);
    return names().stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .anyMatch(name ->
            name.equals(wanted)
                || (!isAddress && name.startsWith("*.") && afterFirstLabel(wanted).equals(name)));
  }

  /** A name without the dot of the root, which names in certificates never have (RFC 6066 3). */
  public static String withoutDot(String host) {
    return host.length() > 1 && host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /** RFC 6125 6.4.3: a wildcard stands for one label, the first. */
  private static String afterFirstLabel(String host) {
    int dot = host.indexOf('.');
    return dot < 1 ? "" : "*" + host.substring(dot);
  }

  /** The DNS names and addresses of the certificate. */
  public List<String> names() {
    return names(chain.getFirst());
  }

  /** The DNS names and addresses of a certificate. */
  public static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> name : alternatives) {
          int kind = (Integer) name.get(0);
          if (kind == DNS_NAME || kind == IP_ADDRESS) {
            names.add(String.valueOf(name.get(1)));
          }
        }
      }
    } catch (CertificateParsingException e) {
      return List.of(); // it covers nobody
    }
    return names;
  }
}
