package io.wirelace.session;

/**
 * Checks that the calling thread has stack left for steps that must not stop half-way. A {@link
 * StackOverflowError} may come at any call; between two steps on a structure that several threads
 * share it would leave that structure broken for all of them. So it had better come before the
 * first step.
 */
final class StackRoom {
  /** More than the allocator, a queue of the event loop or a write to a socket ever nests. */
  private static final int FRAMES = 64;

  private StackRoom() {}

  /**
   * Returns if there is room. Costs some 150 ns: once per chunk or wake-up, not per message. Any
   * thread.
   *
   * @throws StackOverflowError if there is not
   */
  static void require() {
    long unused = descend(FRAMES, 1, 2, 3, 4, 5, 6);
  }

  /** Not a tail call, and with wide frames: it is there to use the stack. */
  private static long descend(int frames, long a, long b, long c, long d, long e, long f) {
    return frames == 0 ? a : 1 + descend(frames - 1, b, c, d, e, f, a);
  }
}
