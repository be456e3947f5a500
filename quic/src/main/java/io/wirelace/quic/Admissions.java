package io.wirelace.quic;

import io.wirelace.transport.Places;

/**
 * Counts the connections of one socket. Those that are not sessions yet are bounded for all sockets
 * of a listener together: each source has its share of the {@link Places}, and above a number of
 * them a client must prove its address first. Event loop only.
 */
final class Admissions {
  private final QuicOptions.Admission rules;
  private final Places places;
  private int connections;
  private boolean closed;

  private Admissions(QuicOptions.Admission rules, Places places) {
    this.rules = rules;
    this.places = places;
  }

  /** For a listener's first socket. */
  static Admissions of(QuicOptions.Admission rules) {
    return new Admissions(rules, new Places(rules.most()));
  }

  /** For a further socket of the same listener. */
  Admissions forFurtherSocket() {
    return new Admissions(rules, places);
  }

  /**
   * Whether a client must prove its address before anything is kept for it: else nobody's place
   * would be safe from forged addresses.
   */
  boolean asksForProof() {
    return places.taken() >= Math.min(rules.retryAbove(), rules.most());
  }

  /** The places of connections that are not sessions yet. */
  Places places() {
    return places;
  }

  /** A connection was made. */
  void opened() {
    connections++;
  }

  /** A connection is over. */
  void ended() {
    connections--;
  }

  /** Takes no more. */
  void close() {
    closed = true;
  }

  /** Whether new ones are turned away. */
  boolean isClosed() {
    return closed;
  }

  /** Whether the socket is of no more use. */
  boolean isOver() {
    return closed && connections == 0;
  }
}
