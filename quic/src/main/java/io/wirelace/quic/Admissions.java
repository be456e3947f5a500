package io.wirelace.quic;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;

/**
 * Counts a listener's connections: those that are not sessions yet are bounded, and above a number
 * of them a client must prove its address first. Event loop only.
 */
final class Admissions {
  private final QuicOptions.Admission rules;
  private final NetworkListener listener;
  private int connections;
  private int handshakes;
  private boolean closed;
  private boolean fullTold;

  Admissions(QuicOptions.Admission rules, NetworkListener listener) {
    this.rules = rules;
    this.listener = listener;
  }

  /** Whether a client must prove its address before anything is kept for it. */
  boolean asksForProof() {
    return handshakes >= rules.retryAbove();
  }

  /** Whether there is room for one more. Being full is told once, until there is room again. */
  boolean hasRoom() {
    if (handshakes < rules.most()) {
      return true;
    }
    if (!fullTold) {
      fullTold = true;
      listener.onEvent(
          new Event.Denied(
              "new QUIC clients",
              Fault.of(
                  ErrorCode.CONNECTION_LIMIT,
                  handshakes + " connections are not sessions yet (max-handshakes)")));
    }
    return false;
  }

  /** A connection was made. */
  void opened() {
    connections++;
    handshakes++;
  }

  /** A connection became a session. */
  void started() {
    leave();
  }

  /** A connection is over that never became a session. */
  void failed() {
    connections--;
    leave();
  }

  /** A connection is over that was a session. */
  void ended() {
    connections--;
  }

  private void leave() {
    handshakes--;
    if (handshakes <= rules.most() / 2) {
      fullTold = false;
    }
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

  int handshakes() {
    return handshakes;
  }
}
