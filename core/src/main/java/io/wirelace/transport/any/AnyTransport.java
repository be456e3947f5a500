package io.wirelace.transport.any;

import io.netty.channel.ChannelFuture;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import java.net.SocketAddress;
import java.util.Set;

/**
 * One port for all: {@code any://host:port}. For listening only: whoever connects has to know what
 * to speak.
 */
public final class AnyTransport implements Transport {
  /** Made by ServiceLoader. */
  public AnyTransport() {}

  @Override
  public Set<String> schemes() {
    return Set.of("any");
  }

  @Override
  public void validate(Endpoint endpoint) {
    AnyOptions.of(endpoint);
  }

  @Override
  public ChannelFuture bind(Endpoint endpoint, TransportContext context) {
    return SharedPort.bind(endpoint, AnyOptions.of(endpoint), context);
  }

  @Override
  public ChannelFuture connect(Endpoint endpoint, TransportContext context) {
    String where = endpoint.uri().substring("any".length());
    throw new WirelaceException(
        ErrorCode.UNSUPPORTED_TRANSPORT,
        endpoint.uri()
            + " is for listening only (expected what to speak: tcp"
            + where
            + " or, with a certificate there, tls"
            + where
            + "; with wirelace-http also ws and wss)");
  }

  @Override
  public Endpoint bound(Endpoint endpoint, SocketAddress address) {
    return ByteStreams.bound(endpoint, address);
  }

  @Override
  public String io(EventLoops loops) {
    return loops.backend().label();
  }
}
