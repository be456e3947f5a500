package io.wirelace.session;

/** What became of a message given to {@code trySend}. */
public enum SendResult {
  /** Accepted, and nothing waits before it. */
  SENT,
  /** Accepted, and waits behind others that the peer has not taken yet. */
  QUEUED,
  /** Not accepted: the queue is full. Counted, and told as an event. */
  DROPPED,
  /** Not accepted: the session is closed, or the message is larger than the peer takes. */
  REFUSED;

  /** Whether it will be delivered if the connection holds. */
  public boolean accepted() {
    return this == SENT || this == QUEUED;
  }
}
