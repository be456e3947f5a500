package io.wirelace.examples;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** TCP through an HTTP proxy (RFC 9110 9.3.6): {@code tunnel://host:port?via=proxy:3128}. */
public final class TunnelTransport implements Transport {
  // snippet: transport
  @Override
  public Set<String> schemes() {
    return Set.of("tunnel");
  }

  @Override
  public void validate(Endpoint endpoint) {
    EndpointOptions options = new EndpointOptions(endpoint);
    ByteStreams.readOptions(options, false); // those of every TCP socket
    options.text("via", ""); // ours
    options.done(); // any other is an error
  }

  @Override
  public ChannelFuture bind(Endpoint endpoint, TransportContext context) {
    return ByteStreams.bind(endpoint, false, context, context.starter()::startSession);
  }

  @Override
  public ChannelFuture connect(Endpoint endpoint, TransportContext context) {
    Endpoint via = Endpoint.parse("tcp://" + endpoint.option("via").orElse("127.0.0.1:3128"));
    Endpoint proxy = new Endpoint("tcp", via.host(), via.port(), "", endpoint.options());
    String to = endpoint.uri().substring("tunnel://".length());
    return ByteStreams.connectAndOpen(
        proxy,
        false,
        context,
        (channel, link, ready) -> {
          Runnable start =
              () -> context.starter().startSession(channel, link.withTransport("tunnel"));
          channel.pipeline().addLast(handshake(to, start, ready));
        });
  }

  @Override
  public Endpoint bound(Endpoint endpoint, SocketAddress address) {
    return ByteStreams.bound(endpoint, address);
  }

  @Override
  public String io(EventLoops loops) {
    return loops.backend().label();
  }

  // end
  // snippet: transport-handler
  /** Asks the proxy for a tunnel, puts a session on the channel once there is one, and is gone. */
  private static ChannelHandler handshake(String to, Runnable start, ChannelPromise ready) {
    return new ByteToMessageDecoder() {
      @Override
      public void handlerAdded(ChannelHandlerContext ctx) {
        String ask = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n";
        ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), ask));
      }

      @Override
      protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        String head = in.toString(StandardCharsets.US_ASCII);
        int end = head.indexOf("\r\n\r\n");
        if (end >= 0 && head.startsWith("HTTP/1.1 2")) {
          in.skipBytes(end + 4);
          start.run();
          ctx.pipeline().remove(this); // what is left of the buffer goes on to the session
          ready.trySuccess();
        } else if (end >= 0 || head.length() > 8192) { // else more will come, or a timeout
          String why = "the proxy says " + head.lines().findFirst().orElse("nothing");
          ready.tryFailure(new WirelaceException(ErrorCode.CONNECTION_REFUSED, why));
          ctx.close();
        }
      }
    };
  }
  // end
}
