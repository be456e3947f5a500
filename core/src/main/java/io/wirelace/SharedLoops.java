package io.wirelace;

import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The event loops that all clients of this process share, so that a thousand clients do not make a
 * thousand threads. Made with the first client and ended with the last.
 */
final class SharedLoops {
  private static final ReentrantLock LOCK = new ReentrantLock();

  // Guarded by LOCK.
  private static final Map<IoBackend, SharedLoops> SHARED = new EnumMap<>(IoBackend.class);

  private final IoBackend backend;
  private final EventLoops loops;
  private int users;

  private SharedLoops(IoBackend backend) {
    this.backend = backend;
    this.loops = new EventLoops(backend, 0, "lace-client");
  }

  /** The loops, with one user more; each user releases once. */
  static SharedLoops acquire(IoBackend asked) {
    IoBackend backend = asked.resolve();
    LOCK.lock();
    try {
      SharedLoops shared = SHARED.computeIfAbsent(backend, SharedLoops::new);
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
        SHARED.remove(backend);
        loops.close();
      }
    } finally {
      LOCK.unlock();
    }
  }
}
