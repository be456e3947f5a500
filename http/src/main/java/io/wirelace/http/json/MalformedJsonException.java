package io.wirelace.http.json;

import io.wirelace.error.PeerText;

/**
 * A text that is no message; the sender is told. Carries no stack trace: it is the peer's mistake.
 */
final class MalformedJsonException extends Exception {
  private static final long serialVersionUID = 1L;

  private final long id;

  /** For the message with that id, 0 where it is not known. */
  MalformedJsonException(long id, String why) {
    super(PeerText.escaped(why), null, false, false);
    this.id = id;
  }

  long id() {
    return id;
  }
}
