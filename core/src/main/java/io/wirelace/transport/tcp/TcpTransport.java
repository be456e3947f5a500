package io.wirelace.transport.tcp;

import io.netty.channel.ChannelFuture;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import java.net.SocketAddress;
import java.util.Set;

/** TCP: {@code tcp://host:port}. Without a host it means loopback, without a port 7420. */
public final class TcpTransport implements Transport {
  /** Made by ServiceLoader. */
  public TcpTransport() {}

  @Override
  public Set<String> schemes() {
    return Set.of("tcp");
  }

  @Override
  public void validate(Endpoint endpoint) {
    EndpointOptions options = new EndpointOptions(endpoint);
    ByteStreams.readOptions(options, false);
    options.done();
    if (!endpoint.path().isEmpty() && !endpoint.path().equals("/")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "endpoint " + endpoint.uri() + ": tcp has no path (expected tcp://host:port)");
    }
  }

  @Override
  public ChannelFuture bind(Endpoint endpoint, TransportContext context) {
    return ByteStreams.bind(endpoint, false, context, context.starter()::startSession);
  }

  @Override
  public ChannelFuture connect(Endpoint endpoint, TransportContext context) {
    return ByteStreams.connect(endpoint, false, context, context.starter()::startSession);
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
