package io.wirelace.benchmarks.lace;

import io.wirelace.benchmarks.contender.Contender;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.dispatch.RunMode;

/** Wirelace with handlers as they are by default: on the session's virtual thread. */
public final class OrderedWirelace implements Contender {
  /** Made by name. */
  public OrderedWirelace() {}

  @Override
  public int serve() {
    return CountingServer.start(RunMode.ORDERED);
  }

  @Override
  public Driver drive(int port) {
    return new WirelaceDriver(port);
  }
}
