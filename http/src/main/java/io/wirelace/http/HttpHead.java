package io.wirelace.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of an HTTP/1.1 message (RFC 9112): start line and fields. Read strictly: what could be
 * understood in two ways is refused. Immutable.
 *
 * @param start the start line's three parts
 * @param fields values by lower-case name; a repeated field's values are joined by commas
 */
record HttpHead(Start start, Map<String, String> fields) {
  private static final int MOST_FIELDS = 100;

  /**
   * The parts of a start line: method, target, version, or version, status, reason.
   *
   * @param first up to the first space
   * @param second up to the second space
   * @param third the rest
   */
  record Start(String first, String second, String third) {}

  /** The value of a field. */
  Optional<String> field(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  /** Whether a comma-separated field has that token, in any case. */
  boolean hasToken(String name, String token) {
    for (String one : field(name).orElse("").split(",", -1)) {
      if (one.trim().equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }

  /** Parses a head that ends with its empty line. */
  static HttpHead parse(byte[] bytes, int length) throws BadHeadException {
    String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    String[] lines = text.substring(0, text.length() - 4).split("\r\n", -1);
    Map<String, String> fields = new LinkedHashMap<>();
    if (lines.length - 1 > MOST_FIELDS) {
      throw new BadHeadException(HttpStatus.HEAD_TOO_LARGE, "more than 100 fields");
    }
    for (int i = 1; i < lines.length; i++) {
      field(lines[i], fields);
    }
    return new HttpHead(start(lines[0]), fields);
  }

  private static Start start(String line) throws BadHeadException {
    int one = line.indexOf(' ');
    int two = line.indexOf(' ', one + 1);
    if (one <= 0 || two <= one + 1) {
      throw new BadHeadException(HttpStatus.BAD_REQUEST, "a start line that is none");
    }
    requirePrintable(line);
    return new Start(line.substring(0, one), line.substring(one + 1, two), line.substring(two + 1));
  }

  private static void field(String line, Map<String, String> fields) throws BadHeadException {
    int colon = line.indexOf(':');
    if (colon <= 0) {
      throw new BadHeadException(HttpStatus.BAD_REQUEST, "a field without a name");
    }
    for (int i = 0; i < colon; i++) {
      if (!isTokenCharacter(line.charAt(i))) {
        throw new BadHeadException(
            HttpStatus.BAD_REQUEST, "a field name with a character that is not allowed");
      }
    }
    requirePrintable(line);
    String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
    String value = line.substring(colon + 1).trim();
    if (fields.containsKey(name) && isSingle(name)) {
      throw new BadHeadException(HttpStatus.BAD_REQUEST, "field " + name + " is repeated");
    }
    fields.merge(name, value, (before, next) -> before + ", " + next);
  }

  /** Fields whose second value could only be meant to deceive one of two readers. */
  private static boolean isSingle(String name) {
    return switch (name) {
      case "host",
          "origin",
          "content-length",
          "transfer-encoding",
          "sec-websocket-key",
          "sec-websocket-version",
          "sec-websocket-accept" ->
          true;
      default -> false;
    };
  }

  private static void requirePrintable(String line) throws BadHeadException {
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7F) {
        throw new BadHeadException(HttpStatus.BAD_REQUEST, "a control character in the head");
      }
    }
  }

  /** RFC 9110, section 5.6.2. */
  static boolean isTokenCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }
}
