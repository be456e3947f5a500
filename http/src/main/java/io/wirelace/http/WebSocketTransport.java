package io.wirelace.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import java.net.SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * WebSocket (RFC 6455): {@code ws://host:port/path}, and {@code wss://} over TLS. Without a path it
 * means {@code /lace}.
 */
public final class WebSocketTransport implements Transport {
  private static final String OVER_TLS = "wss";
  private static final List<String> ALPN = List.of("http/1.1");

  /** Made by ServiceLoader. */
  public WebSocketTransport() {}

  @Override
  public Set<String> schemes() {
    return Set.of("ws", OVER_TLS);
  }

  @Override
  public void validate(Endpoint endpoint) {
    EndpointOptions options = new EndpointOptions(endpoint);
    ByteStreams.readOptions(options, isTls(endpoint));
    String path = WebSocketOptions.read(endpoint.host(), endpoint.path(), options).path();
    options.done();
    if (!path.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '?' && c != '#')) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "path " + path + " (expected printable ASCII such as /lace, without ? and #)");
    }
  }

  @Override
  public ChannelFuture bind(Endpoint endpoint, TransportContext context) {
    ServerHandshake.Listener listener =
        new ServerHandshake.Listener(WebSocketOptions.of(endpoint), context, false);
    return ByteStreams.bind(
        endpoint,
        isTls(endpoint),
        context,
        ALPN,
        (channel, link) -> channel.pipeline().addLast(new ServerHandshake(listener, link)));
  }

  @Override
  public ChannelFuture connect(Endpoint endpoint, TransportContext context) {
    return connect(endpoint, context, MessagesOf.SUBPROTOCOL);
  }

  /** Connects, with messages that may mean something else. */
  ChannelFuture connect(Endpoint endpoint, TransportContext context, MessagesOf messages) {
    ClientHandshake.Target target =
        new ClientHandshake.Target(
            endpoint, WebSocketOptions.of(endpoint), context.starter(), messages);
    // The promise is the channel's, and the channel may be active before connect() has returned.
    CompletableFuture<ChannelPromise> ready = new CompletableFuture<>();
    ChannelFuture connecting =
        ByteStreams.connect(
            endpoint,
            isTls(endpoint),
            context,
            ALPN,
            (channel, link) ->
                ready.thenAccept(promise ->
                    channel.pipeline().addLast(new ClientHandshake(target, link, promise))));
    ChannelPromise promise = connecting.channel().newPromise();
    connecting.addListener(done -> {
      Throwable cause = done.cause();
      if (cause != null) {
        promise.tryFailure(cause);
      }
    });
    ready.complete(promise);
    return promise;
  }

  private static boolean isTls(Endpoint endpoint) {
    return endpoint.scheme().equals(OVER_TLS);
  }

  @Override
  public Endpoint bound(Endpoint endpoint, SocketAddress address) {
    Endpoint bound = ByteStreams.bound(endpoint, address);
    return new Endpoint(
        bound.scheme(),
        bound.host(),
        bound.port(),
        WebSocketOptions.of(endpoint).path(),
        bound.options());
  }

  @Override
  public String io(EventLoops loops) {
    return loops.backend().label();
  }
}
