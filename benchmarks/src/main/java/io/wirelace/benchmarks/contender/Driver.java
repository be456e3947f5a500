package io.wirelace.benchmarks.contender;

/**
 * The client's side of a contender. One workload at a time; {@link #call} and {@link #openAnother}
 * on the main thread.
 */
public interface Driver {
  /**
   * What was sent and what arrived.
   *
   * @param sent messages, as the sender counted them
   * @param received messages, as the receiver counted them and told at the end
   */
  record Count(long sent, long received) {}

  /** Sends messages on one connection, then asks the receiver how many came. */
  Count oneWay(Flood flood) throws Exception;

  /**
   * Opens a connection and keeps requests in flight on it until the loop says enough, driven by
   * callbacks. Any thread, several at once, each for a connection and a loop of its own.
   */
  void requests(ClosedLoop loop, byte[] body) throws Exception;

  /** One request on a connection kept for it; returns when the answer is there. */
  void call(byte[] body) throws Exception;

  /**
   * Opens a connection, exchanges one request, and closes it. Any thread, several at once.
   *
   * @throws UnsupportedOperationException unless the contender takes part in that
   */
  default void connectOnce(byte[] body) throws Exception {
    throw new UnsupportedOperationException("does not take part in connecting");
  }

  /** Opens a connection, exchanges one request, and leaves it open. */
  void openAnother(byte[] body) throws Exception;
}
