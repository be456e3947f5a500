package io.wirelace.benchmarks.lace;

import io.wirelace.benchmarks.contender.Contender;
import io.wirelace.benchmarks.contender.Driver;

/** Wirelace over TCP with ordered handlers that the event loop carries while they are quick. */
public final class CarriedWirelace implements Contender {
  /** Made by name. */
  public CarriedWirelace() {}

  @Override
  public String serve() throws Exception {
    return CountingServer.startCarried(Place.of("tcp"));
  }

  @Override
  public String serveAt(String host) throws Exception {
    return CountingServer.startCarried(Place.tcpAt(host));
  }

  @Override
  public Driver drive(String address) {
    return new WirelaceDriver(address);
  }
}
