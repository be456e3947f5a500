package io.wirelace.benchmarks.lace;

import io.wirelace.benchmarks.contender.Contender;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.dispatch.RunMode;

/** Wirelace with handlers as they are by default: on the session's virtual thread. */
public final class OrderedWirelace implements Contender {
  private final String transport;

  /** Made by name: over TCP. */
  public OrderedWirelace() {
    this("tcp");
  }

  /** Made by name, over another transport: the URI scheme. */
  public OrderedWirelace(String transport) {
    this.transport = transport;
  }

  @Override
  public String serve() throws Exception {
    return CountingServer.start(RunMode.ORDERED, Place.of(transport));
  }

  @Override
  public String serveAt(String host) throws Exception {
    if (!transport.equals("tcp")) {
      throw new UnsupportedOperationException(transport + " serves on loopback alone");
    }
    return CountingServer.start(RunMode.ORDERED, Place.tcpAt(host));
  }

  @Override
  public Driver drive(String address) {
    return new WirelaceDriver(address);
  }
}
