package io.wirelace.http;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What every request must have right before it is looked at, page or WebSocket (RFC 9112, sections
 * 3.2 and 6): what two readers could understand in two ways is refused. Pure.
 */
final class RequestRules {
  private RequestRules() {}

  /**
   * Checks a request; one in absolute form comes back in origin form, with its Host.
   *
   * @throws BadHeadException with 400 or 501
   */
  static HttpHead checked(HttpHead request) throws BadHeadException {
    method(request.start().first());
    host(request);
    framing(request);
    return inOriginForm(request);
  }

  private static void method(String method) throws BadHeadException {
    for (int i = 0; i < method.length(); i++) {
      if (!HttpHead.isTokenCharacter(method.charAt(i))) {
        throw bad("a method with a character that is not allowed");
      }
    }
  }

  private static void host(HttpHead request) throws BadHeadException {
    String host = request.fields().get("host");
    if (host == null) {
      if (request.start().third().equals("HTTP/1.1")) {
        throw bad("no Host");
      }
      return;
    }
    requireAuthority(host);
  }

  private static void requireAuthority(String host) throws BadHeadException {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c <= ' ' || c > '~' || "/\\@?#,\"<>".indexOf(c) >= 0) {
        throw bad("a Host that is none");
      }
    }
  }

  private static void framing(HttpHead request) throws BadHeadException {
    String length = request.fields().get("content-length");
    String coding = request.fields().get("transfer-encoding");
    if (length != null
        && (length.isEmpty() || !length.chars().allMatch(c -> c >= '0' && c <= '9'))) {
      throw bad("a Content-Length that is no number");
    }
    if (coding == null) {
      return;
    }
    if (length != null) {
      throw bad("both Content-Length and Transfer-Encoding");
    }
    if (!request.start().third().equals("HTTP/1.1")) {
      throw bad("Transfer-Encoding before HTTP/1.1");
    }
    if (!coding.equalsIgnoreCase("chunked")) {
      throw new BadHeadException(
          HttpStatus.NOT_IMPLEMENTED, "an unknown transfer coding (expected chunked)");
    }
  }

  /** {@code http://host/path}: the Host field does not count then (section 3.2.2). */
  private static HttpHead inOriginForm(HttpHead request) throws BadHeadException {
    String target = request.start().second();
    String lower = target.toLowerCase(Locale.ROOT);
    int start = lower.startsWith("http://") ? 7 : lower.startsWith("https://") ? 8 : -1;
    if (start < 0) {
      return request;
    }
    int end = start;
    while (end < target.length() && "/?".indexOf(target.charAt(end)) < 0) {
      end++;
    }
    String host = target.substring(start, end);
    if (host.isEmpty()) {
      throw bad("a target without a host");
    }
    requireAuthority(host);
    String rest = target.substring(end);
    Map<String, String> fields = new LinkedHashMap<>(request.fields());
    fields.put("host", host);
    HttpHead.Start line = request.start();
    return new HttpHead(
        new HttpHead.Start(line.first(), rest.startsWith("/") ? rest : "/" + rest, line.third()),
        fields);
  }

  private static BadHeadException bad(String why) {
    return new BadHeadException(HttpStatus.BAD_REQUEST, why);
  }
}
