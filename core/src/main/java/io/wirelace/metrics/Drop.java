package io.wirelace.metrics;

/** Why something was dropped. Every drop is counted under one of these and has an event. */
public enum Drop {
  /** A notification for a route that nobody handles. */
  NO_ROUTE,
  /** A notification that does not decode: a malformed block, bad UTF-8, a body that is damaged. */
  MALFORMED,
  /** An answer, item or cancel for an id that is not (or no longer) known. */
  UNKNOWN_ID,
  /** A second answer to a request. */
  SECOND_ANSWER,
  /** A message offered with {@code trySend} while the session's outbound queue was full. */
  QUEUE_FULL,
  /** A message accepted but not delivered because the session ended first. */
  SESSION_ENDED,
  /** A request that the network delivered once more before it was answered. */
  REPEATED,
  /** A datagram that is not exactly one frame. */
  FOREIGN,
  /** A datagram of a source that has not proved that it is there, or that is not a peer's own. */
  UNPROVEN,
  /** A datagram that came while too much waited for a session that does not read. */
  OVERRUN,
  /** A datagram that the network did not take. */
  UNSENT
}
