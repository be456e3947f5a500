package io.wirelace.benchmarks.contender;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

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

  private static final int JSON_BODIES = 64; // 64 KiB of them: more than a processor keeps at hand
  private static final List<String> ACTIONS =
      List.of("create", "update", "delete", "login", "logout", "transfer");

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

  /** What bodies hold. */
  public enum Content {
    /** The same byte. */
    PLAIN {
      @Override
      byte[][] bodies(byte purpose, int bytes) {
        return new byte[][] {of(purpose, bytes)};
      }
    },
    /** Text as services exchange it, of which a compressor makes about a third. */
    JSON {
      @Override
      byte[][] bodies(byte purpose, int bytes) {
        byte[][] bodies = new byte[JSON_BODIES][];
        for (int i = 0; i < bodies.length; i++) {
          bodies[i] = json(purpose, bytes, i);
        }
        return bodies;
      }
    };

    /** Bodies to be sent in turn; a power of two of them. */
    abstract byte[][] bodies(byte purpose, int bytes);
  }

  private static byte[] json(byte purpose, int bytes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder(" [");
    while (text.length() < bytes) {
      text.append(
          String.format(
              Locale.ROOT,
              "{\"id\":%d,\"user\":\"%08x\",\"action\":\"%s\",\"amount\":%d.%02d,\"ok\":%b,"
                  + "\"at\":\"2026-11-%02dT%02d:%02d:%02d.%03dZ\"},",
              random.nextInt(1_000_000),
              random.nextInt(),
              ACTIONS.get(random.nextInt(ACTIONS.size())),
              random.nextInt(1000),
              random.nextInt(100),
              random.nextInt(10) > 0,
              1 + random.nextInt(28),
              random.nextInt(24),
              random.nextInt(60),
              random.nextInt(60),
              random.nextInt(1000)));
    }
    byte[] body = Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), bytes);
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
