package io.wirelace.session;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where senders wait for room in the outbound queue. Entered only when the queue is full. */
final class RoomGate {
  /** Null until somebody first waits: most sessions never have anybody wait. */
  private volatile @Nullable Room room;

  private static final class Room {
    final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();

    /** Written under the lock. */
    volatile int waiting;

    /** How many wait, when so many more do; under the lock. */
    int waitingWith(int change) {
      return waiting + change;
    }
  }

  /**
   * Waits until the condition holds.
   *
   * @return whether it does; false when the time was up first
   * @throws InterruptedException if the thread is interrupted
   */
  boolean await(BooleanSupplier condition, long timeoutNs) throws InterruptedException {
    Room in = room();
    in.lock.lockInterruptibly();
    try {
      in.waiting = in.waitingWith(1);
      try {
        long left = timeoutNs;
        while (!condition.getAsBoolean()) {
          if (left <= 0) {
            return false;
          }
          left = in.changed.awaitNanos(left);
        }
        return true;
      } finally {
        in.waiting = in.waitingWith(-1);
      }
    } finally {
      in.lock.unlock();
    }
  }

  private Room room() {
    synchronized (this) { // never waits for anything: only makes an object
      Room in = room;
      if (in == null) {
        in = new Room();
        room = in;
      }
      return in;
    }
  }

  /** Something changed: those who wait look again. Costs a read or two when nobody waits. */
  void signal() {
    Room in = room;
    if (in == null || in.waiting == 0) {
      return;
    }
    in.lock.lock();
    try {
      in.changed.signalAll();
    } finally {
      in.lock.unlock();
    }
  }
}
