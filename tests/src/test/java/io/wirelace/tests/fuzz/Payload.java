package io.wirelace.tests.fuzz;

import io.wirelace.session.Message;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The body of a fuzzed message: it begins with what the handler has to know, and the rest follows
 * from that, so that a torn, mixed up or damaged one is seen. A body too short for it has the same
 * in a header.
 *
 * @param lane the lane's id
 * @param number the number in it
 * @param bytes how long the body is
 * @param answerBytes how long its answer is
 */
record Payload(int lane, int number, int bytes, int answerBytes) {
  /** Shorter bodies need the header. */
  static final int HEAD_BYTES = 16;

  private static final String HEADER = "fuzz";
  private static final long ANSWER = 0x5DEECE66DL;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** What a message says of itself; null if it is none of ours, or was damaged. */
  static @Nullable Payload of(Message message) {
    String header = message.header(HEADER).orElse(null);
    byte[] body = message.body();
    Payload payload;
    if (header != null) {
      String[] parts = header.split(":", 4);
      payload =
          new Payload(
              Integer.parseInt(parts[0]),
              Integer.parseInt(parts[1]),
              Integer.parseInt(parts[2]),
              Integer.parseInt(parts[3]));
    } else if (body.length >= HEAD_BYTES) {
      ByteBuffer head = ByteBuffer.wrap(body);
      payload = new Payload(head.getInt(), head.getInt(), head.getInt(), head.getInt());
    } else {
      return null;
    }
    boolean whole = payload.bytes == body.length && Arrays.equals(body, payload.body());
    return whole ? payload : null;
  }

  /** The message, for a route. */
  Message message(String route) {
    Message message = Message.of(route, body());
    return bytes >= HEAD_BYTES ? message : message.withHeader(HEADER, text());
  }

  /** The body. */
  byte[] body() {
    byte[] body = new byte[bytes];
    int from = 0;
    if (bytes >= HEAD_BYTES) {
      ByteBuffer.wrap(body).putInt(lane).putInt(number).putInt(bytes).putInt(answerBytes);
      from = HEAD_BYTES;
    }
    fill(body, from, seed());
    return body;
  }

  /** The body of its answer. */
  byte[] answer() {
    byte[] body = new byte[answerBytes];
    fill(body, 0, seed() ^ ANSWER);
    return body;
  }

  /** A number that follows from the message alone: both sides decide by it what happens to it. */
  int dice(int sides) {
    return (int) Long.remainderUnsigned(mix(seed() + 7), sides);
  }

  /** What the message is called in texts. */
  String text() {
    return lane + ":" + number + ":" + bytes + ":" + answerBytes;
  }

  private long seed() {
    return mix(((long) lane << 32) + number);
  }

  /** Noise in every fourth; the others repeat every 64 bytes, so that they compress. */
  private static void fill(byte[] body, int from, long seed) {
    boolean noise = (seed & 3) == 0;
    int at = from;
    for (int i = 0; at + Long.BYTES <= body.length; at += Long.BYTES, i++) {
      LONGS.set(body, at, mix(seed + (noise ? i : i & 7)));
    }
    for (; at < body.length; at++) {
      body[at] = (byte) (seed + at);
    }
  }

  /** SplitMix64. */
  private static long mix(long value) {
    long z = (value + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
