package io.wirelace.error;

/**
 * Makes a text that a peer has chosen safe to show: on a terminal, in a log, in an exception's
 * message. The only place that knows which characters are dangerous there. Stateless.
 *
 * <p>Such a text must not begin a line of its own (CWE-117), send escape sequences to a terminal,
 * or change the order in which the rest of the line is read. What could is written as {@code \n} or
 * {@code \u001b}; a backslash stays as it is, so escaping twice changes nothing.
 */
public final class PeerText {
  /** Longer lines are cut to this many characters. */
  private static final int LONGEST_LINE = 2000;

  private PeerText() {}

  /** The text with all dangerous characters escaped; the same object if there are none. */
  public static String escaped(String text) {
    int at = 0;
    while (at < text.length() && !isDangerous(text, at)) {
      at++;
    }
    if (at == text.length()) {
      return text;
    }
    StringBuilder safe = new StringBuilder(text.length() + 16).append(text, 0, at);
    for (; at < text.length(); at++) {
      if (isDangerous(text, at)) {
        escape(text.charAt(at), safe);
      } else {
        safe.append(text.charAt(at));
      }
    }
    return safe.toString();
  }

  /** As {@link #escaped}, and cut to one line of bounded length. */
  public static String line(String text) {
    if (text.length() <= LONGEST_LINE) {
      return escaped(text);
    }
    int end =
        Character.isHighSurrogate(text.charAt(LONGEST_LINE - 1)) ? LONGEST_LINE - 1 : LONGEST_LINE;
    return escaped(text.substring(0, end)) + "… (" + text.length() + " characters)";
  }

  /** Whether the character at an index must not be shown as it is. */
  public static boolean isDangerous(String text, int index) {
    char c = text.charAt(index);
    if (c < 0x7F) {
      return c < ' ';
    }
    if (c <= 0x9F) {
      return true; // DEL, and C1: 0x9B alone begins an escape sequence
    }
    if (Character.isSurrogate(c)) {
      return isLone(text, index);
    }
    return isLayout(c);
  }

  /** Whether a surrogate lacks its other half: no encoding has it. */
  private static boolean isLone(String text, int index) {
    return Character.isHighSurrogate(text.charAt(index))
        ? index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1))
        : index == 0 || !Character.isHighSurrogate(text.charAt(index - 1));
  }

  /** Marks that turn the direction of writing, and the separators of lines and paragraphs. */
  private static boolean isLayout(char c) {
    return c == '\u061C'
        || c == '\u200E'
        || c == '\u200F'
        || (c >= '\u2028' && c <= '\u202E')
        || (c >= '\u2066' && c <= '\u2069')
        || c == '\uFEFF';
  }

  private static void escape(char c, StringBuilder out) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(Character.forDigit((c >> shift) & 0xF, 16));
        }
      }
    }
  }
}
