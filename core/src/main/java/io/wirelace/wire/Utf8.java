package io.wirelace.wire;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Text on the wire: UTF-8, and a malformed sequence is an error instead of a question mark. */
final class Utf8 {
  private static final int LONGEST_CHARACTER = 4;

  private Utf8() {}

  /**
   * How many of a text's bytes to keep so that they are at most {@code most} and end with a whole
   * character. Text that is not UTF-8 is cut somewhere: it is for {@link #decode} to judge.
   */
  static int cut(ByteBuffer bytes, int at, int length, int most) {
    if (length <= most) {
      return length;
    }
    int kept = most;
    while (kept > most - LONGEST_CHARACTER && (bytes.get(at + kept) & 0xC0) == 0x80) {
      kept--;
    }
    return kept;
  }

  /**
   * The bytes of a text that a user gives.
   *
   * @throws WirelaceException -1 for half of a surrogate pair, which would become a question mark
   */
  static byte[] encode(String text, String what) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
        if (!pair) {
          throw new WirelaceException(
              ErrorCode.INVALID_ARGUMENT,
              what
                  + " has half of a surrogate pair at "
                  + i
                  + " (expected text that UTF-8 can carry)");
        }
        i++;
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String decode(ByteBuffer bytes, int at, int length, String what)
      throws MalformedFrameException {
    byte[] copy = new byte[length];
    bytes.get(at, copy);
    String text = new String(copy, StandardCharsets.UTF_8);
    // A replacement character is rare in honest text, so only then the strict decoder judges.
    if (text.indexOf('\uFFFD') >= 0) {
      try {
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(copy));
      } catch (CharacterCodingException e) {
        throw MalformedFrameException.block(what + " is not UTF-8");
      }
    }
    return text;
  }
}
