package io.wirelace.benchmarks.contender;

/** A way to move messages between two processes. Made by name, so it needs a public constructor. */
public interface Contender {
  /**
   * Serves on loopback until the process ends: counts one-way messages, echoes requests.
   *
   * @return the port, chosen by the system
   */
  int serve() throws Exception;

  /** A driver of the server at a port of loopback. */
  Driver drive(int port) throws Exception;
}
