package io.wirelace;

import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The event loops that all clients of this process share, so that a thousand clients do not make a
 * thousand threads. Made with the first client and ended with the last; clients that want others,
 * another number of them, or such as wait otherwise, share those.
 */
final class SharedLoops {
  private static final ReentrantLock LOCK = new ReentrantLock();

  // Guarded by LOCK.
  private static final Map<Kind, SharedLoops> SHARED = new HashMap<>();

  /**
   * What has to be the same.
   *
   * @param threads how many loops; 0 for one a processor
   * @param spinWait how long one may stay awake that has nothing to do
   */
  private record Kind(IoBackend backend, int threads, Duration spinWait) {}

  private final Kind kind;
  private final EventLoops loops;
  private int users;

  private SharedLoops(Kind kind) {
    this.kind = kind;
    this.loops = new EventLoops(kind.backend, kind.threads, "lace-client", kind.spinWait);
  }

  /** The loops, with one user more; each user releases once. */
  static SharedLoops acquire(IoBackend asked, int threads, Duration spinWait) {
    Kind kind = new Kind(asked.resolve(), threads, spinWait);
    LOCK.lock();
    try {
      SharedLoops shared = SHARED.computeIfAbsent(kind, SharedLoops::new);
      shared.users++;
      return shared;
    } finally {
      LOCK.unlock();
    }
  }

  EventLoops loops() {
    return loops;
  }

  void release() {
    LOCK.lock();
    try {
      if (--users == 0) {
        SHARED.remove(kind);
        loops.close();
      }
    } finally {
      LOCK.unlock();
    }
  }

  /** Where no user is left, waits until no thread of theirs is; not from one of the loops. */
  void awaitEnd() {
    if (isOver()) {
      loops.awaitEnd(Server.LOOPS_END);
    }
  }

  private boolean isOver() {
    LOCK.lock();
    try {
      return users == 0;
    } finally {
      LOCK.unlock();
    }
  }
}
