package io.wirelace.http;

import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which web pages may connect (RFC 6455, section 10.2). A browser tells the page's origin; other
 * programs tell none, and are not what this is about. Allowed are the listed origins and pages of
 * this very host; the latter only where the host is named by address, is {@code localhost}, or is
 * known to be ours: otherwise a page whose own name was made to point here (DNS rebinding) would be
 * of the same host too. Immutable.
 */
final class Origins {
  private final List<String> origins;
  private final List<String> hosts;
  private final String ownHost;

  private Origins(String ownHost, List<String> origins, List<String> hosts) {
    this.ownHost = ownHost.toLowerCase(Locale.ROOT);
    this.origins = origins;
    this.hosts = hosts;
  }

  /**
   * Reads two comma-separated lists.
   *
   * @param ownHost the host of the endpoint
   * @param origins origins such as {@code https://app.example.com}, or {@code *} for all
   * @param hosts names this server goes by; empty takes every name
   */
  static Origins of(String ownHost, String origins, String hosts) {
    return new Origins(ownHost, list(origins), list(hosts));
  }

  private static List<String> list(String text) {
    List<String> list = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      if (!one.isBlank()) {
        list.add(one.trim().toLowerCase(Locale.ROOT));
      }
    }
    return List.copyOf(list);
  }

  /** Whether a request for that host is meant for this server. */
  boolean isOurHost(String hostField) {
    return hosts.isEmpty() || hosts.contains(name(hostField)) || hosts.contains(lower(hostField));
  }

  /** Whether a page of that origin may connect to that host. */
  boolean allows(Optional<String> originField, String hostField) {
    if (originField.isEmpty() || origins.contains("*")) {
      return true;
    }
    String origin = lower(originField.get());
    if (origins.contains(origin)) {
      return true;
    }
    int slashes = origin.indexOf("://");
    return slashes > 0
        && origin.substring(slashes + 3).equals(lower(hostField))
        && isKnown(name(hostField));
  }

  private boolean isKnown(String host) {
    return host.equals("localhost")
        || host.equals(ownHost)
        || hosts.contains(host)
        || NetUtil.isValidIpV4Address(host)
        || NetUtil.isValidIpV6Address(host);
  }

  /** The host without its port and brackets. */
  private static String name(String hostField) {
    String host = lower(hostField);
    int bracket = host.lastIndexOf(']');
    if (host.startsWith("[") && bracket > 0) {
      return host.substring(1, bracket);
    }
    int colon = host.lastIndexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }

  private static String lower(String text) {
    return text.trim().toLowerCase(Locale.ROOT);
  }
}
