package io.wirelace.http.websocket;

/**
 * Whether bytes that come in pieces are UTF-8 (RFC 3629): says no at the first byte that cannot
 * belong, be it in the middle of a character that began in an earlier piece.
 */
public final class Utf8Check {
  /** Bytes that the present character still lacks. */
  private int lacking;

  // What the next byte may be: narrower than 80..BF after E0, ED, F0 and F4.
  private int least = 0x80;
  private int most = 0xBF;

  /** At the start of a text. */
  public Utf8Check() {}

  /** Takes one more byte; false if it cannot belong here. */
  public boolean accept(int value) {
    if (lacking > 0) {
      if (value < least || value > most) {
        return false;
      }
      lacking--;
      least = 0x80;
      most = 0xBF;
      return true;
    }
    if (value < 0x80) {
      return true;
    }
    if (value < 0xC2 || value > 0xF4) {
      return false;
    }
    lacking = value < 0xE0 ? 1 : value < 0xF0 ? 2 : 3;
    least = value == 0xE0 ? 0xA0 : value == 0xF0 ? 0x90 : 0x80; // no overlong forms
    most = value == 0xED ? 0x9F : value == 0xF4 ? 0x8F : 0xBF; // no surrogates, nothing over 10FFFF
    return true;
  }

  /** Takes an array's bytes. */
  public boolean accept(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!accept(bytes[i] & 0xFF)) {
        return false;
      }
    }
    return true;
  }

  /** Whether no character is cut off here. */
  public boolean isComplete() {
    return lacking == 0;
  }

  /** Back to the start of a text. */
  public void reset() {
    lacking = 0;
    least = 0x80;
    most = 0xBF;
  }
}
