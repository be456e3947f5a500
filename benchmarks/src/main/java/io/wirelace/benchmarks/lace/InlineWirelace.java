package io.wirelace.benchmarks.lace;

import io.wirelace.benchmarks.contender.Contender;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.dispatch.RunMode;

/** Wirelace with inline handlers: on the event loop, as each message arrives. */
public final class InlineWirelace implements Contender {
  /** Made by name. */
  public InlineWirelace() {}

  @Override
  public int serve() {
    return CountingServer.start(RunMode.INLINE);
  }

  @Override
  public Driver drive(int port) {
    return new WirelaceDriver(port);
  }
}
