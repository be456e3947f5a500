package io.wirelace.benchmarks.lace;

import io.wirelace.benchmarks.contender.Contender;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.dispatch.RunMode;

/** Wirelace over TCP as it is by default, but that its client asks for compression. */
public final class CompressingWirelace implements Contender {
  private final String algorithm;

  /** Made by name, with what the client asks for: {@code lz4} or {@code zstd}. */
  public CompressingWirelace(String algorithm) {
    this.algorithm = algorithm;
  }

  @Override
  public String serve() throws Exception {
    return CountingServer.start(RunMode.ORDERED, Place.of("tcp"));
  }

  @Override
  public String serveAt(String host) {
    return CountingServer.start(RunMode.ORDERED, Place.tcpAt(host));
  }

  @Override
  public Driver drive(String address) {
    return new WirelaceDriver(address, algorithm);
  }
}
