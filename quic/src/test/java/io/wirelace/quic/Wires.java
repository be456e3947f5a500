package io.wirelace.quic;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.FurtherStream;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.TransportContext;
import io.wirelace.wire.Role;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The transport by itself, with nothing above: what sessions would be put on is kept. */
final class Wires implements AutoCloseable {
  private final EventLoops loops;
  private final TlsSettings tls;
  private final QuicTransport transport = new QuicTransport();
  final Queue<QuicChannel> accepted = new ConcurrentLinkedQueue<>();
  final Queue<QuicChannel> connected = new ConcurrentLinkedQueue<>();
  private final Queue<Channel> bound = new ConcurrentLinkedQueue<>();

  /** Of the accepted connections. */
  final AtomicInteger furtherStreams = new AtomicInteger();

  Wires(TlsSettings tls, IoBackend io) {
    this.tls = tls;
    this.loops = new EventLoops(io, 1, "wires");
  }

  private TransportContext context(Role role, Queue<QuicChannel> started) {
    return new TransportContext(
        loops,
        (channel, link) -> {
          if (role == Role.SERVER) {
            channel.pipeline().addLast(new Counter());
          }
          started.add((QuicChannel) channel);
        },
        tls,
        NetworkListener.none());
  }

  private final class Counter extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof FurtherStream) {
        furtherStreams.incrementAndGet();
      }
    }
  }

  Channel bind(String options) {
    Endpoint endpoint = Endpoint.parse("quic://127.0.0.1:0" + options);
    transport.validate(endpoint);
    Channel channel =
        transport.bind(endpoint, context(Role.SERVER, accepted)).syncUninterruptibly().channel();
    bound.add(channel);
    return channel;
  }

  /** Connects; what comes back is the connection and not the socket. */
  QuicChannel connect(Channel server, String options) {
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    Endpoint endpoint = Endpoint.parse("quic://127.0.0.1:" + port + options);
    int before = connected.size();
    transport.connect(endpoint, context(Role.CLIENT, connected)).syncUninterruptibly();
    return connected.stream().skip(before).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    connected.forEach(c -> c.close().awaitUninterruptibly(2, TimeUnit.SECONDS));
    accepted.forEach(c -> c.close().awaitUninterruptibly(2, TimeUnit.SECONDS));
    bound.forEach(c -> {
      c.close();
      c.closeFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    });
    loops.close();
  }
}
