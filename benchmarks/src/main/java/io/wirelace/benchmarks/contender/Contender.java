package io.wirelace.benchmarks.contender;

/**
 * A way to move messages between two processes. Made by name, so it needs a public constructor:
 * without parameters, or with one text where its name has a variant.
 */
public interface Contender {
  /**
   * Serves on this machine until the process ends: counts one-way messages, echoes requests.
   *
   * @return the address for {@link #drive}, without spaces
   */
  String serve() throws Exception;

  /** A driver of the server at an address. */
  Driver drive(String address) throws Exception;
}
