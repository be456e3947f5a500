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

/**
 * TCP, plain or inside TLS: {@code tcp://host:port}, {@code tls://host:port}, which {@code
 * tcp://host:port?tls=true} also means. Without a host it is loopback, without a port 7420.
 */
public final class TcpTransport implements Transport {
  /** Made by ServiceLoader. */
  public TcpTransport() {}

  @Override
  public Set<String> schemes() {
    return Set.of("tcp", "tls");
  }

  @Override
  public void validate(Endpoint endpoint) {
    EndpointOptions options = new EndpointOptions(endpoint);
    ByteStreams.readOptions(options, isTls(endpoint, options));
    options.done();
    if (!endpoint.path().isEmpty() && !endpoint.path().equals("/")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "endpoint "
              + endpoint.uri()
              + ": it has no path (expected tcp://host:port or tls://host:port)");
    }
  }

  @Override
  public ChannelFuture bind(Endpoint endpoint, TransportContext context) {
    boolean tls = isTls(endpoint, new EndpointOptions(endpoint));
    return ByteStreams.bind(endpoint, tls, context, protocol(context, tls));
  }

  @Override
  public ChannelFuture connect(Endpoint endpoint, TransportContext context) {
    boolean tls = isTls(endpoint, new EndpointOptions(endpoint));
    return ByteStreams.connect(endpoint, tls, context, protocol(context, tls));
  }

  private static boolean isTls(Endpoint endpoint, EndpointOptions options) {
    boolean scheme = endpoint.scheme().equals("tls");
    boolean asked = options.flag("tls", scheme);
    if (scheme && !asked) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "endpoint " + endpoint.uri() + ": tls=false (expected tcp:// for that)");
    }
    return asked;
  }

  private static ByteStreams.Protocol protocol(TransportContext context, boolean tls) {
    return (channel, link) ->
        context.starter().startSession(channel, tls ? link.withTransport("tls") : link);
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
