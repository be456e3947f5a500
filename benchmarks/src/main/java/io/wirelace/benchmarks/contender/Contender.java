package io.wirelace.benchmarks.contender;

/**
 * A way to move messages between two processes. Made by name, so it needs a public constructor:
 * without parameters, or with one text where its name has a variant.
 */
public interface Contender {
  /**
   * Serves on loopback until the process ends: counts one-way messages, echoes requests.
   *
   * @return the address for {@link #drive}, without spaces
   */
  String serve() throws Exception;

  /**
   * As {@link #serve}, on another address of this machine.
   *
   * @throws UnsupportedOperationException unless the contender can
   */
  default String serveAt(String host) throws Exception {
    throw new UnsupportedOperationException("serves on loopback alone, not at " + host);
  }

  /** A driver of the server at an address. */
  Driver drive(String address) throws Exception;
}
