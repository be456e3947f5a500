package io.wirelace.transport.memory;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.SessionStarter;
import io.wirelace.transport.StartWhenActive;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import java.net.SocketAddress;
import java.util.Set;

/** Within this process: {@code memory://name}. A name has one listener at a time. */
public final class MemoryTransport implements Transport {
  /** Made by ServiceLoader. */
  public MemoryTransport() {}

  @Override
  public Set<String> schemes() {
    return Set.of("memory");
  }

  @Override
  public void validate(Endpoint endpoint) {
    new EndpointOptions(endpoint).done();
    if (endpoint.host().isEmpty() || endpoint.port() >= 0 || !endpoint.path().isEmpty()) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "endpoint " + endpoint.uri() + " (expected memory://name, without port or path)");
    }
  }

  @Override
  public ChannelFuture bind(Endpoint endpoint, TransportContext context) {
    return new ServerBootstrap()
        .group(context.loops().local())
        .channel(LocalServerChannel.class)
        .childHandler(pipeline(endpoint, context.starter()))
        .bind(new LocalAddress(endpoint.host()));
  }

  @Override
  public ChannelFuture connect(Endpoint endpoint, TransportContext context) {
    return new Bootstrap()
        .group(context.loops().local())
        .channel(LocalChannel.class)
        .handler(pipeline(endpoint, context.starter()))
        .connect(new LocalAddress(endpoint.host()));
  }

  private static ChannelInitializer<Channel> pipeline(Endpoint endpoint, SessionStarter starter) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new MemoryEnds());
        channel.pipeline().addLast(new StartWhenActive(endpoint.scheme(), starter::startSession));
      }
    };
  }

  @Override
  public Endpoint bound(Endpoint endpoint, SocketAddress address) {
    return endpoint;
  }

  @Override
  public String io(EventLoops loops) {
    return "memory";
  }
}
