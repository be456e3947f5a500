package io.wirelace.security;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One block of PEM (RFC 7468), with the headers that RFC 1421 lets stand in front of its content.
 * Text around blocks, any line ends, a byte order mark and UTF-16 are of no matter.
 *
 * @param label between BEGIN and its dashes
 * @param headers by their names in lower case; only keys of openssl's old form have any
 * @param content what the Base64 comes to
 */
record PemBlock(String label, Map<String, String> headers, byte[] content) {
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";
  private static final int LONGEST_LABEL = 40;

  /**
   * All blocks of a file, in order.
   *
   * @throws IllegalArgumentException saying which block is damaged
   */
  static List<PemBlock> in(byte[] file) {
    String text = new String(file, charset(file));
    List<PemBlock> blocks = new ArrayList<>();
    int at = text.indexOf(BEGIN);
    while (at >= 0) {
      int from = at + BEGIN.length();
      int labelEnd = text.indexOf(DASHES, from);
      if (labelEnd < 0) {
        break;
      }
      String label = text.substring(from, Math.min(labelEnd, from + LONGEST_LABEL + 1));
      int next = from;
      if (isLabel(label)) {
        String endLine = "-----END " + label + DASHES;
        int end = text.indexOf(endLine, labelEnd);
        if (end < 0) {
          throw new IllegalArgumentException(
              "the " + label + " in it has no end (the file is cut off)");
        }
        blocks.add(block(label, text.substring(labelEnd + DASHES.length(), end)));
        next = end + endLine.length();
      }
      at = text.indexOf(BEGIN, next);
    }
    return blocks;
  }

  /** Only a byte order mark says that it is UTF-16; everything else is ASCII where it matters. */
  private static Charset charset(byte[] file) {
    if (file.length < 2) {
      return ISO_8859_1;
    }
    int mark = ((file[0] & 0xFF) << 8) | (file[1] & 0xFF);
    return mark == 0xFFFE ? UTF_16LE : mark == 0xFEFF ? UTF_16BE : ISO_8859_1;
  }

  private static boolean isLabel(String text) {
    return !text.isEmpty()
        && text.length() <= LONGEST_LABEL
        && text.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ');
  }

  private static PemBlock block(String label, String body) {
    Map<String, String> headers = new HashMap<>();
    StringBuilder base64 = new StringBuilder(body.length());
    boolean inHeaders = true;
    for (String line : body.lines().map(String::strip).toList()) {
      int colon = line.indexOf(':');
      if (inHeaders && colon > 0) {
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      } else if (!line.isEmpty()) {
        inHeaders = false;
        base64.append(line);
      }
    }
    try {
      return new PemBlock(
          label, Map.copyOf(headers), Base64.getDecoder().decode(base64.toString()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the " + label + " in it is not Base64: " + e.getMessage(), e);
    }
  }
}
