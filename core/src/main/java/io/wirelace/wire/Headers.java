package io.wirelace.wire;

import io.wirelace.error.PeerText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a message: a few texts by lower-case key. Immutable.
 *
 * <pre>
 *  +------------+ per header: +------+-----------+-------+-------------+
 *  | count u16  |             | n u8 | key (n≥1) | m u16 | value       |
 *  +------------+             +------+-----------+-------+-------------+
 * </pre>
 */
public final class Headers {
  /** No headers. */
  public static final Headers NONE = new Headers(new String[0]);

  private static final int MAX_KEY_BYTES = 0xFF;

  /** A u16 on the wire, and room for one that a transport adds. */
  private static final int MAX_COUNT = 65_534;

  private static final int MAX_VALUE_BYTES = 0xFFFF;

  /** Key, value, key, value … */
  private final String[] pairs;

  private volatile byte @Nullable [] encoded;

  private Headers(String[] pairs) {
    this.pairs = pairs;
  }

  /** Headers of a map's entries, in its order. */
  public static Headers of(Map<String, String> map) {
    if (map.size() > MAX_COUNT) {
      throw new IllegalArgumentException(
          map.size() + " headers (at most " + MAX_COUNT + " can be counted)");
    }
    String[] pairs = new String[2 * map.size()];
    int slot = 0;
    for (Map.Entry<String, String> entry : map.entrySet()) {
      check(entry.getKey(), entry.getValue());
      pairs[slot++] = entry.getKey();
      pairs[slot++] = entry.getValue();
    }
    return map.isEmpty() ? NONE : new Headers(pairs);
  }

  /**
   * These headers and one more, or with that one replaced.
   *
   * @throws IllegalArgumentException if the key is empty, not lower case or over 255 bytes, or the
   *     value over 65,535 bytes
   * @throws io.wirelace.error.WirelaceException -1 if the key begins with {@code $}
   */
  public Headers with(String key, String value) {
    check(key, value);
    int at = indexOf(key);
    if (at < 0 && pairs.length / 2 == MAX_COUNT) {
      throw new IllegalArgumentException("more than " + MAX_COUNT + " headers");
    }
    String[] next = at >= 0 ? pairs.clone() : Arrays.copyOf(pairs, pairs.length + 2);
    int slot = at >= 0 ? at : pairs.length;
    next[slot] = key;
    next[slot + 1] = value;
    return new Headers(next);
  }

  private static void check(String key, String value) {
    checkKey(key);
    OwnNames.refuse("header key", key);
    int bytes = Utf8.encode(value, "a header's value").length;
    if (bytes > MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "value of header "
              + key
              + " has "
              + bytes
              + " bytes (expected at most "
              + MAX_VALUE_BYTES
              + ")");
    }
  }

  private static void checkKey(String key) {
    int bytes = Utf8.encode(key, "a header's key").length;
    if (bytes == 0 || bytes > MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "header key of " + bytes + " bytes (expected 1 to " + MAX_KEY_BYTES + ")");
    }
    if (!isLowerCase(key)) {
      throw new IllegalArgumentException("header key " + key + " (expected lower case)");
    }
  }

  private static boolean isLowerCase(String key) {
    for (int i = 0; i < key.length(); i++) {
      if (Character.isUpperCase(key.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private int indexOf(String key) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(key)) {
        return i;
      }
    }
    return -1;
  }

  /** The value of a key. */
  public Optional<String> get(String key) {
    int at = indexOf(key);
    return at < 0 ? Optional.empty() : Optional.of(pairs[at + 1]);
  }

  /** The value of a key as a number; empty as well where it is none. */
  public OptionalLong getLong(String key) {
    int at = indexOf(key);
    if (at < 0) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(pairs[at + 1].trim()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return pairs.length == 0;
  }

  /** How many there are. */
  public int size() {
    return pairs.length / 2;
  }

  /** All of them, in order. */
  public Map<String, String> asMap() {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  /** The header block, encoded once and kept. Do not change it. */
  byte[] block() {
    byte[] block = encoded;
    if (block == null) {
      block = encode();
      encoded = block;
    }
    return block;
  }

  private byte[] encode() {
    byte[][] texts = new byte[pairs.length][];
    int bytes = 2;
    for (int i = 0; i < pairs.length; i++) {
      texts[i] = pairs[i].getBytes(StandardCharsets.UTF_8);
      bytes += texts[i].length + (i % 2 == 0 ? 1 : 2);
    }
    ByteBuffer out = ByteBuffer.allocate(bytes).putShort((short) size());
    for (int i = 0; i < texts.length; i++) {
      if (i % 2 == 0) {
        out.put((byte) texts[i].length);
      } else {
        out.putShort((short) texts[i].length);
      }
      out.put(texts[i]);
    }
    return out.array();
  }

  /**
   * The bytes of a header block, found without decoding its texts.
   *
   * @param at where it starts
   * @param end where the payload ends
   */
  static int blockBytes(ByteBuffer in, int at, int end) throws MalformedFrameException {
    require(end - at >= 2, "header block is cut off");
    int count = in.getShort(at) & 0xFFFF;
    int next = at + 2;
    for (int i = 0; i < count; i++) {
      require(end - next >= 1, "header block is cut off");
      int key = in.get(next) & 0xFF;
      require(key > 0, "header key is empty");
      require(end - next >= 1 + key + 2, "header block is cut off");
      int value = in.getShort(next + 1 + key) & 0xFFFF;
      next += 1 + key + 2;
      require(end - next >= value, "header block is cut off");
      next += value;
    }
    return next - at;
  }

  /** Decodes a header block that {@link #blockBytes} has measured. */
  static Headers decode(ByteBuffer in, int at, int maxHeaders) throws MalformedFrameException {
    int count = in.getShort(at) & 0xFFFF;
    require(count <= maxHeaders, "more than " + maxHeaders + " headers: " + count);
    if (count == 0) {
      return NONE;
    }
    String[] pairs = new String[2 * count];
    int next = at + 2;
    for (int i = 0; i < pairs.length; i += 2) {
      int keyBytes = in.get(next) & 0xFF;
      String key = Utf8.decode(in, next + 1, keyBytes, "a header key");
      next += 1 + keyBytes;
      int valueBytes = in.getShort(next) & 0xFFFF;
      String value = Utf8.decode(in, next + 2, valueBytes, "the value of header " + key);
      next += 2 + valueBytes;
      require(isLowerCase(key), "header key " + key + " is not lower case");
      for (int k = 0; k < i; k += 2) {
        require(!pairs[k].equals(key), "header key " + key + " is repeated");
      }
      pairs[i] = key;
      pairs[i + 1] = value;
    }
    return new Headers(pairs);
  }

  private static void require(boolean holds, String otherwise) throws MalformedFrameException {
    if (!holds) {
      throw MalformedFrameException.block(otherwise);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Headers that && asMap().equals(that.asMap());
  }

  @Override
  public int hashCode() {
    return asMap().hashCode();
  }

  @Override
  public String toString() {
    return PeerText.escaped(asMap().toString());
  }
}
