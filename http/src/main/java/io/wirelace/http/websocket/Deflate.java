package io.wirelace.http.websocket;

/**
 * permessage-deflate as it was agreed (RFC 7692), always without context takeover in both
 * directions: a connection at rest holds no window.
 *
 * @param peerWindowBits the window that the peer inflates with, 8 to 15
 */
public record Deflate(int peerWindowBits) {
  /** The window that every inflater has unless it says less. */
  public static final int WINDOW_BITS = 15;

  /** Shorter messages go as they are. */
  static final int LEAST_BYTES = 64;
}
