package io.wirelace.benchmarks.scale;

import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.session.Message;
import io.wirelace.session.Session;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.AtomicHistogram;

/**
 * The receivers of a fan-out, all in one process: counts what comes, and tells the server when the
 * last of them has a message. The clock of both processes is the machine's monotonic one. On the
 * client's event loops.
 */
final class Subscribers {
  /** Messages that may be under way, a power of two. */
  static final int SLOTS = 4096;

  /** Bytes of a message: its number and the time when it was sent, then padding. */
  static final int BODY_BYTES = 64;

  private static final long MOST_NS = TimeUnit.MINUTES.toNanos(2);
  private static final byte[] HAVE_IT = Bodies.of(Bodies.COUNT_ME, Bodies.LEAST_BYTES);

  private final AtomicIntegerArray arrivals = new AtomicIntegerArray(SLOTS);
  private final LongAdder deliveries = new LongAdder();
  private final AbstractHistogram lastHasItNs = new AtomicHistogram(MOST_NS, 3);
  private volatile int expected;

  /** A message for the subscribers. */
  static byte[] message(long number, long nowNs) {
    return ByteBuffer.allocate(BODY_BYTES).putLong(number).putLong(nowNs).array();
  }

  /** So many are to get each message; forgets what was counted. */
  void expect(int subscribers) {
    expected = subscribers;
    deliveries.reset();
    lastHasItNs.reset();
  }

  /** One of them got a message. */
  void heard(Session session, Message message) {
    ByteBuffer body = ByteBuffer.wrap(message.body());
    int slot = (int) (body.getLong() & (SLOTS - 1));
    deliveries.increment();
    if (arrivals.incrementAndGet(slot) == expected) {
      arrivals.set(slot, 0);
      lastHasItNs.recordValue(Math.max(0, System.nanoTime() - body.getLong()));
      if (!session.trySend(ScaleServer.HAVE_IT, HAVE_IT).accepted()) {
        ScaleClient.fail(new IllegalStateException("the server does not take acknowledgements"));
      }
    }
  }

  Numbers told() {
    return new Numbers().put("deliveries", deliveries.sum()).putTimes("", lastHasItNs);
  }
}
