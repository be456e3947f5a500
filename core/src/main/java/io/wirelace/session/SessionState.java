package io.wirelace.session;

/** Where a session is in its life. */
enum SessionState {
  /** The connection is being made, or the greeting is under way. */
  OPENING,
  /** Messages flow. */
  OPEN,
  /** The peer has ended its direction, or this side is leaving: what is in flight is finished. */
  DRAINING,
  /** Nothing is accepted any more; what was accepted is being delivered. */
  CLOSING,
  /** It is over. */
  CLOSED
}
