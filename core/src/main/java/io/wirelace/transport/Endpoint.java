package io.wirelace.transport;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A parsed URI: {@code tcp://host:port?option=value}, {@code memory://name}, {@code unix:/path}. An
 * IPv6 address stands in brackets, with its zone behind {@code %25} (RFC 6874).
 *
 * @param scheme the transport, in lower case
 * @param host host or name, without brackets; may be empty
 * @param port the port, or -1 where the URI has none
 * @param path the path, may be empty
 * @param options the query's options in order, decoded
 */
public record Endpoint(
    String scheme, String host, int port, String path, Map<String, String> options) {

  /** Copies the options. */
  public Endpoint {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /**
   * Parses a URI.
   *
   * @throws WirelaceException {@link ErrorCode#INVALID_CONFIG} if it is none
   */
  public static Endpoint parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw invalid(text, e.getReason());
    }
    if (uri.getScheme() == null || uri.getRawSchemeSpecificPart().isEmpty()) {
      throw invalid(text, "no scheme");
    }
    if (uri.isOpaque()) {
      throw invalid(text, "neither // nor / after the scheme");
    }
    if (uri.getRawFragment() != null) {
      throw invalid(text, "a #fragment has no meaning here");
    }
    String rawAuthority = uri.getRawAuthority();
    Authority authority = Authority.parse(text, rawAuthority == null ? "" : rawAuthority);
    String path = uri.getPath() == null ? "" : uri.getPath();
    return new Endpoint(
        uri.getScheme().toLowerCase(Locale.ROOT),
        authority.host,
        authority.port,
        path,
        parseOptions(text, uri.getRawQuery()));
  }

  /** Host and port; java.net.URI gives up on hosts such as {@code my_host}. */
  private record Authority(String host, int port) {
    static Authority parse(String text, String raw) {
      int bracket = raw.lastIndexOf(']');
      int colon = raw.indexOf(':', Math.max(bracket, 0));
      String host = colon < 0 ? raw : raw.substring(0, colon);
      if (host.startsWith("[") && host.endsWith("]")) {
        host = withZone(text, host.substring(1, host.length() - 1));
      }
      if (host.indexOf('@') >= 0) {
        throw invalid(text, "user information has no meaning here");
      }
      return new Authority(host, colon < 0 ? -1 : port(text, raw.substring(colon + 1)));
    }

    /** RFC 6874: in a URI the zone of an address stands behind {@code %25}; many write a bare %. */
    private static String withZone(String text, String address) {
      int percent = address.indexOf('%');
      if (percent < 0 || address.indexOf(':') < 0) {
        return address;
      }
      boolean escaped = address.startsWith("%25", percent) && address.length() > percent + 3;
      String zone = address.substring(percent + (escaped ? 3 : 1));
      try {
        return address.substring(0, percent + 1) + (escaped ? decode(zone) : zone);
      } catch (IllegalArgumentException e) {
        throw invalid(text, "zone " + zone + " (expected an interface, as in [fe80::1%25eth0])");
      }
    }

    private static int port(String text, String digits) {
      try {
        int port = Integer.parseInt(digits);
        if (port >= 0 && port <= 0xFFFF) {
          return port;
        }
      } catch (NumberFormatException e) {
        // Told below, together with numbers out of range.
      }
      throw invalid(text, "port " + digits + " (expected 0 to 65535)");
    }
  }

  private static Map<String, String> parseOptions(String text, String rawQuery) {
    Map<String, String> options = new LinkedHashMap<>();
    if (rawQuery == null || rawQuery.isEmpty()) {
      return options;
    }
    for (String pair : rawQuery.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "true" : pair.substring(equals + 1);
      if (name.isEmpty()) {
        throw invalid(text, "an option without a name");
      }
      if (options.put(name, decode(value)) != null) {
        throw invalid(text, "option " + name + " is given twice");
      }
    }
    return options;
  }

  /** RFC 3986, section 2.1: a plus is a plus; a blank for it is a rule of HTML forms only. */
  private static String decode(String value) {
    return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Says what is wrong, without the options: a password may be among them. */
  private static WirelaceException invalid(String whole, String why) {
    int query = whole.indexOf('?');
    String text = query < 0 ? whole : whole.substring(0, query + 1) + "…";
    return new WirelaceException(
        ErrorCode.INVALID_CONFIG,
        "endpoint "
            + text
            + ": "
            + why
            + " (expected scheme://host:port?option=value or unix:/path?option=value)");
  }

  /** An option's value. */
  public Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /** This endpoint with another port. */
  public Endpoint withPort(int newPort) {
    return new Endpoint(scheme, host, newPort, path, options);
  }

  /** Whether it names a socket file of this machine: {@code unix:/path}. */
  public boolean isSocketFile() {
    return scheme.equals("unix");
  }

  /** The URI without options, as it is shown to people. */
  public String uri() {
    if (host.isEmpty() && port < 0 && path.startsWith("/")) {
      return scheme + ":" + rawPath();
    }
    String shown = host.indexOf(':') >= 0 ? "[" + host.replace("%", "%25") + "]" : host;
    return scheme + "://" + shown + (port < 0 ? "" : ":" + port) + path;
  }

  /** The path as a URI writes it: a space is {@code %20}. */
  private String rawPath() {
    try {
      return new URI(null, null, path, null).getRawPath();
    } catch (URISyntaxException e) {
      return path; // such as //x, which no URI can say
    }
  }

  @Override
  public String toString() {
    return uri();
  }
}
