package io.wirelace.tests.fuzz;

/** How a conversation ends. */
enum End {
  /** The senders stop first; then the client closes. */
  QUIET,
  /** The client closes while both sides send. */
  CLIENT_CLOSES,
  /** The client's channel is closed by force. */
  CLIENT_CUT,
  /** The server's channel is closed by force. */
  SERVER_CUT,
  /** The server closes the session while both sides send. */
  SERVER_CLOSES_SESSION,
  /** The server is closed while both sides send. */
  SERVER_STOPS;

  /** Whether one side's channel is closed by force. */
  boolean isCut() {
    return this == CLIENT_CUT || this == SERVER_CUT;
  }

  /** Whether what the client had accepted for sending still has to arrive. */
  boolean deliversToServer() {
    return this == QUIET || this == CLIENT_CLOSES || this == SERVER_STOPS;
  }

  /** Whether what the server had accepted for sending still has to arrive. */
  boolean deliversToClient() {
    return this == QUIET || this == SERVER_CLOSES_SESSION || this == SERVER_STOPS;
  }
}
