package io.wirelace.session;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Where senders wait for room in the outbound queue. Entered only when the queue is full. */
final class RoomGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile int waiting;

  /**
   * Waits until the condition holds.
   *
   * @return whether it does; false when the time was up first
   * @throws InterruptedException if the thread is interrupted
   */
  boolean await(BooleanSupplier condition, long timeoutNs) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      waiting = lockedCount(1);
      try {
        long left = timeoutNs;
        while (!condition.getAsBoolean()) {
          if (left <= 0) {
            return false;
          }
          left = changed.awaitNanos(left);
        }
        return true;
      } finally {
        waiting = lockedCount(-1);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The new number of waiters; under the lock. */
  private int lockedCount(int change) {
    return waiting + change;
  }

  /** Something changed: those who wait look again. Costs one read when nobody waits. */
  void signal() {
    if (waiting == 0) {
      return;
    }
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
