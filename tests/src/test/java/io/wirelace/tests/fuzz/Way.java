package io.wirelace.tests.fuzz;

import io.wirelace.dispatch.RunMode;

/** How a message is handled at its destination; each way has a route for each kind of message. */
enum Way {
  /** One message after the other, on the session's virtual thread. */
  ORDERED(RunMode.ORDERED, true),
  /** On the event loop. */
  INLINE(RunMode.INLINE, true),
  /** A virtual thread for each message. */
  CONCURRENT(RunMode.CONCURRENT, false),
  /** In order, but answered later by another thread. */
  LATE(RunMode.ORDERED, true);

  private final RunMode mode;
  private final boolean inOrder;

  Way(RunMode mode, boolean inOrder) {
    this.mode = mode;
    this.inOrder = inOrder;
  }

  RunMode mode() {
    return mode;
  }

  /** Whether one sender's messages begin to be handled in the order in which they were sent. */
  boolean inOrder() {
    return inOrder;
  }

  /** The route of its requests. */
  String requests() {
    return "ask." + name();
  }

  /** The route of its notifications. */
  String notifications() {
    return "tell." + name();
  }
}
