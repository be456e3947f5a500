package io.wirelace.transport.unix;

import io.netty.channel.ChannelFuture;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import java.net.SocketAddress;
import java.util.Set;

/**
 * Unix sockets: {@code unix:/path} or {@code unix:///path}, always absolute. {@code ?tls=true} puts
 * TLS over it.
 */
public final class UnixTransport implements Transport {
  /** Made by ServiceLoader. */
  public UnixTransport() {}

  @Override
  public Set<String> schemes() {
    return Set.of("unix");
  }

  @Override
  public void validate(Endpoint endpoint) {
    EndpointOptions options = new EndpointOptions(endpoint);
    ByteStreams.readOptions(options, options.flag("tls", false));
    options.done();
    ByteStreams.checkAddress(endpoint);
  }

  @Override
  public ChannelFuture bind(Endpoint endpoint, TransportContext context) {
    return ByteStreams.bind(endpoint, tls(endpoint), context, context.starter()::startSession);
  }

  @Override
  public ChannelFuture connect(Endpoint endpoint, TransportContext context) {
    return ByteStreams.connect(endpoint, tls(endpoint), context, context.starter()::startSession);
  }

  private static boolean tls(Endpoint endpoint) {
    return new EndpointOptions(endpoint).flag("tls", false);
  }

  @Override
  public Endpoint bound(Endpoint endpoint, SocketAddress address) {
    return ByteStreams.bound(endpoint, address);
  }

  @Override
  public String io(EventLoops loops) {
    return loops.readinessBackend().label();
  }
}
