package io.wirelace.security;

import java.util.Arrays;

/**
 * Walks through DER (ITU-T X.690), one element after the other. What is not as expected is an
 * {@link IllegalArgumentException}. One thread.
 */
final class DerReader {
  private final byte[] der;
  private final int end;
  private int at;

  private DerReader(byte[] der, int at, int end) {
    this.der = der;
    this.at = at;
    this.end = end;
  }

  DerReader(byte[] der) {
    this(der, 0, der.length);
  }

  boolean hasMore() {
    return at < end;
  }

  /** The tag of the next element; 0 if there is none. */
  int tag() {
    return hasMore() ? der[at] & 0xFF : 0;
  }

  /** The next element's content, which must have that tag. */
  byte[] content(int tag) {
    DerReader inside = inside(tag);
    return Arrays.copyOfRange(der, inside.at, inside.end);
  }

  /** The next element whole, with tag and length. */
  byte[] element() {
    int start = at;
    inside(tag());
    return Arrays.copyOfRange(der, start, at);
  }

  /** A walk through what is inside the next element, which must have that tag. */
  DerReader inside(int tag) {
    if (tag() != tag || at + 2 > end) {
      throw new IllegalArgumentException("not the DER that was expected");
    }
    int length = der[at + 1] & 0xFF;
    int from = at + 2;
    if (length > 0x80) {
      int bytes = length & 0x7F;
      length = 0;
      for (int i = 0; i < bytes && from < end && length < 1 << 20; i++) {
        length = (length << 8) | (der[from++] & 0xFF);
      }
    }
    if (length > end - from) {
      throw new IllegalArgumentException("the DER is cut off");
    }
    at = from + length;
    return new DerReader(der, from, at);
  }

  /** The next element, a whole number that is not negative and fits an int. */
  int integer() {
    byte[] content = content(Der.INTEGER);
    int value = 0;
    for (byte one : content) {
      if (value > Integer.MAX_VALUE >>> 8) {
        throw new IllegalArgumentException("a number in the DER is too large");
      }
      value = (value << 8) | (one & 0xFF);
    }
    if (content.length == 0 || content[0] < 0) {
      throw new IllegalArgumentException("a number in the DER is negative");
    }
    return value;
  }

  /** The next element, an object identifier, with dots. */
  String oid() {
    byte[] content = content(Der.OBJECT_IDENTIFIER);
    StringBuilder dotted = new StringBuilder();
    long arc = 0;
    for (byte one : content) {
      arc = (arc << 7) | (one & 0x7F);
      if (one >= 0) {
        if (dotted.isEmpty()) {
          long first = Math.min(arc / 40, 2);
          dotted.append(first).append('.').append(arc - first * 40);
        } else {
          dotted.append('.').append(arc);
        }
        arc = 0;
      }
    }
    return dotted.toString();
  }
}
