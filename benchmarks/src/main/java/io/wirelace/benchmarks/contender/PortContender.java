package io.wirelace.benchmarks.contender;

/** A contender whose server's address is a port of loopback. */
public interface PortContender extends Contender {
  /** As {@link #serve}; returns the port, chosen by the system. */
  int listen() throws Exception;

  /** A driver of the server at a port of loopback. */
  Driver connect(int port) throws Exception;

  @Override
  default String serve() throws Exception {
    return Integer.toString(listen());
  }

  @Override
  default Driver drive(String address) throws Exception {
    return connect(Integer.parseInt(address));
  }
}
