package io.wirelace.benchmarks.lace;

import io.wirelace.benchmarks.contender.Contender;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.dispatch.RunMode;

/** Wirelace with inline handlers: on the event loop, as each message arrives. */
public final class InlineWirelace implements Contender {
  private final String transport;

  /** Made by name: over TCP. */
  public InlineWirelace() {
    this("tcp");
  }

  /** Made by name, over another transport: the URI scheme. */
  public InlineWirelace(String transport) {
    this.transport = transport;
  }

  @Override
  public String serve() throws Exception {
    return CountingServer.start(RunMode.INLINE, Place.of(transport));
  }

  @Override
  public Driver drive(String address) {
    return new WirelaceDriver(address);
  }
}
