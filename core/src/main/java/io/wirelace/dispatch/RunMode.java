package io.wirelace.dispatch;

/** Where a route's handler runs. */
public enum RunMode {
  /** On the session's virtual thread, one message after the other: the default. */
  ORDERED,
  /** On a virtual thread of its own for each message; a session's messages overtake each other. */
  CONCURRENT,
  /**
   * On the event loop, as the message arrives, before ordered messages that came earlier and still
   * wait: the fastest way, for handlers that never block.
   */
  INLINE
}
