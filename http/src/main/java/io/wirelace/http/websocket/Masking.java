package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * The masking of RFC 6455, section 5.3: eight bytes at a time, in place or while moving them
 * towards the start of the same buffer. A key is four bytes, the first the most significant.
 */
final class Masking {
  private static final int KEYS_AT_ONCE = 256;

  /** Keys must be unpredictable, and asking the secure source for each would cost a system call. */
  private static final FastThreadLocal<Keys> KEYS =
      new FastThreadLocal<>() {
        @Override
        protected Keys initialValue() {
          return new Keys();
        }
      };

  private static final class Keys {
    private final SecureRandom random = new SecureRandom();
    private final byte[] bytes = new byte[4 * KEYS_AT_ONCE];
    private final ByteBuffer keys = ByteBuffer.wrap(bytes).limit(0);

    int next() {
      if (!keys.hasRemaining()) {
        random.nextBytes(bytes);
        keys.clear();
      }
      return keys.getInt();
    }
  }

  private Masking() {}

  /** A fresh key. */
  static int key() {
    return KEYS.get().next();
  }

  /** Masks or unmasks bytes where they are. */
  static void apply(ByteBuf buffer, int at, int length, int key) {
    move(buffer, at, at, length, key);
  }

  /** Moves bytes from {@code from} to {@code to ≤ from}, and masks or unmasks them on the way. */
  static void move(ByteBuf buffer, int from, int to, int length, int key) {
    if (length == 0) {
      return;
    }
    if (buffer.nioBufferCount() != 1) {
      for (int i = 0; i < length; i++) {
        buffer.setByte(to + i, buffer.getByte(from + i) ^ keyByte(key, i));
      }
      return;
    }
    ByteBuffer bytes = buffer.internalNioBuffer(to, from + length - to);
    int target = bytes.position();
    int source = target + (from - to);
    long wide = ((long) key << 32) | (key & 0xFFFF_FFFFL);
    int i = 0;
    // Never overwrites what is not read yet: the target is not behind the source.
    for (int end = length & ~7; i < end; i += 8) {
      bytes.putLong(target + i, bytes.getLong(source + i) ^ wide);
    }
    for (; i < length; i++) {
      bytes.put(target + i, (byte) (bytes.get(source + i) ^ keyByte(key, i)));
    }
  }

  /** The key for what follows so many bytes. */
  static int after(int key, long bytes) {
    return Integer.rotateLeft(key, 8 * (int) (bytes & 3));
  }

  static int keyByte(int key, int index) {
    return (key >>> (24 - 8 * (index & 3))) & 0xFF;
  }
}
