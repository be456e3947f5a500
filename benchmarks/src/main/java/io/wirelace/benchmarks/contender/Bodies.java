package io.wirelace.benchmarks.contender;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Message bodies. Where a contender has no routes of its own the first byte says what a message is
 * for; contenders with routes carry the same bytes and do not look at it.
 */
public final class Bodies {
  /** A message to be counted. */
  public static final byte COUNT_ME = 0;

  /** "How many have come since I asked last?" The answer is a 64-bit number. */
  public static final byte HOW_MANY = 1;

  /** A message to be sent back. */
  public static final byte ECHO = 2;

  /** Bytes of the least body: the receiver reads the first eight. */
  public static final int LEAST_BYTES = 8;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Bodies() {}

  /** A body of that size and purpose. */
  public static byte[] of(byte purpose, int bytes) {
    byte[] body = new byte[bytes];
    Arrays.fill(body, (byte) 7);
    body[0] = purpose;
    return body;
  }

  /** The first eight bytes: what every receiver reads of every message. */
  public static long head(byte[] body) {
    return (long) LONG.get(body, 0);
  }

  /** A number as a body. */
  public static byte[] ofNumber(long number) {
    byte[] body = new byte[LEAST_BYTES];
    LONG.set(body, 0, number);
    return body;
  }
}
