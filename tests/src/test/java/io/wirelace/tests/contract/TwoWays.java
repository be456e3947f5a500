package io.wirelace.tests.contract;

import io.wirelace.HandlerBuilder;
import io.wirelace.dispatch.RunMode;
import io.wirelace.session.Session;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** One side is about to close with much in its queues, while the other sends without a pause. */
final class TwoWays implements AutoCloseable {
  private static final int BODY_BYTES = 1000;

  private final CountDownLatch mayRead = new CountDownLatch(1);
  private final AtomicInteger arrived = new AtomicInteger();
  private volatile boolean over;

  <B extends HandlerBuilder<B>> B receivedBy(B builder) {
    return builder
        .receive(
            "there",
            (session, message) -> {
              mayRead.await();
              arrived.incrementAndGet();
            })
        .receive("back", RunMode.INLINE, (session, message) -> {});
  }

  /** How many notifications the one that closes has accepted for the other. */
  int fill(Session closes, Session sendsOn) {
    Thread.ofVirtual()
        .start(() -> {
          while (!over && sendsOn.isOpen()) {
            if (!sendsOn.trySend("back", new byte[BODY_BYTES]).accepted()) {
              LockSupport.parkNanos(100_000);
            }
          }
        });
    int accepted = 0;
    int full = 0;
    while (full < 20) { // full for a while, not only for now
      if (closes.trySend("there", new byte[BODY_BYTES]).accepted()) {
        accepted++;
        full = 0;
      } else {
        full++;
        LockSupport.parkNanos(1_000_000);
      }
    }
    return accepted;
  }

  void readOn() {
    mayRead.countDown();
  }

  int arrived() {
    return arrived.get();
  }

  @Override
  public void close() {
    over = true;
    readOn();
  }
}
