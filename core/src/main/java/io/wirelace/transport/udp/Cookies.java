package io.wirelace.transport.udp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What proves that a source gets what is sent to it: eight bytes that only this listener can make,
 * from its address, its port and the time. Nothing is kept for a source that has not sent them
 * back. A cookie is good for {@value #WINDOW_SECONDS} to twice as many seconds. Event loop only.
 */
final class Cookies {
  static final int WINDOW_SECONDS = 10;

  /** Set in each cookie, and in no clock that our clients send. */
  private static final long MARK = Long.MIN_VALUE;

  private static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(WINDOW_SECONDS);
  private static final int KEY_BYTES = 32;

  private final Mac mac;
  private final SecureRandom random;
  private final LongSupplier clock;

  /**
   * With a key of its own.
   *
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  Cookies(SecureRandom random, LongSupplier clock) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    this.random = random;
    this.clock = clock;
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /**
   * Whether a probe's clock is a listener's cookie, and no clock at all. Who answered that would
   * answer another listener, which would answer in turn, for ever.
   */
  static boolean isCookie(long clock) {
    return (clock & MARK) != 0;
  }

  /** The cookie of a source, now. */
  long of(InetSocketAddress source) {
    return of(source, window());
  }

  /** One that is kept by who gives it. */
  long another() {
    return random.nextLong() | MARK;
  }

  /** Whether a source has sent back a cookie of its own that is still good. */
  boolean prove(InetSocketAddress source, long cookie) {
    long window = window();
    return cookie == of(source, window) || cookie == of(source, window - 1);
  }

  /** The cookie of a source that is still good and whose token a clock holds; 0 if none is. */
  long tagged(InetSocketAddress source, long clock) {
    long window = window();
    for (long cookie : new long[] {of(source, window), of(source, window - 1)}) {
      if (Proof.isTagged(clock, cookie)) {
        return cookie;
      }
    }
    return 0;
  }

  private long window() {
    return Math.floorDiv(clock.getAsLong(), WINDOW_NS);
  }

  private long of(InetSocketAddress source, long window) {
    byte[] address = source.getAddress().getAddress();
    mac.update(address);
    mac.update(ByteBuffer.allocate(4 + 8).putInt(source.getPort()).putLong(window).array());
    return ByteBuffer.wrap(mac.doFinal()).getLong() | MARK;
  }
}
