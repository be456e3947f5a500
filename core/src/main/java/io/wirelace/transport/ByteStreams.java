package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Byte streams for the transports that are made of them: a TCP socket, with TLS over it where the
 * transport asks for that. What goes on above, the native frames or HTTP, is a {@link Protocol}.
 * Stateless.
 */
public final class ByteStreams {
  private ByteStreams() {}

  /** What is spoken over the bytes. */
  @FunctionalInterface
  public interface Protocol {
    /**
     * Bytes can flow: adds the handlers that read them. On the channel's event loop, once a
     * channel, when it is connected and TLS has shaken hands.
     */
    void start(Channel channel, Link link);
  }

  /** What a client says over the bytes before frames can flow. */
  @FunctionalInterface
  public interface Opening {
    /**
     * Bytes can flow: adds the handlers that read and write them until frames can flow instead, as
     * {@link Protocol#start} does.
     *
     * @param ready to be completed then, or failed with why not; fails by itself when the channel
     *     is closed
     */
    void start(Channel channel, Link link, ChannelPromise ready);
  }

  /**
   * Reads the options that every byte stream has, so that {@link EndpointOptions#done} knows them.
   *
   * @throws WirelaceException if one is out of range
   */
  public static void readOptions(EndpointOptions options, boolean tls) {
    StreamSockets.readOptions(options);
    if (!options.endpoint().isSocketFile()) {
      ProxyOptions.of(options); // who speaks through a file has no address to be trusted by
    }
    if (tls) {
      TlsOptions.of(options, TlsSettings.DEFAULT);
    }
  }

  /**
   * Checks the address of a stream by a socket file, beyond what {@link Endpoint#parse} can know.
   *
   * @throws WirelaceException {@link ErrorCode#INVALID_CONFIG} if no socket can be there
   */
  public static void checkAddress(Endpoint endpoint) {
    if (endpoint.isSocketFile()) {
      SocketFile.path(endpoint);
    }
  }

  /** As {@link #bind(Endpoint, boolean, TransportContext, List, Protocol)} without ALPN. */
  public static ChannelFuture bind(
      Endpoint endpoint, boolean tls, TransportContext context, Protocol protocol) {
    return bind(endpoint, tls, context, List.of(), protocol);
  }

  /**
   * Listens; the protocol is started on each stream that is accepted, inside TLS when that has
   * shaken hands. A handshake that fails is an event.
   *
   * @param alpn the application protocols that TLS offers, the preferred first; empty for none
   * @throws WirelaceException -664 if TLS cannot be set up as the endpoint says
   */
  public static ChannelFuture bind(
      Endpoint endpoint,
      boolean tls,
      TransportContext context,
      List<String> alpn,
      Protocol protocol) {
    if (!tls) {
      return listen(endpoint, context, protocol);
    }
    TlsStreams streams = TlsStreams.open(endpoint, context, alpn);
    ChannelFuture bind;
    try {
      bind = listen(endpoint, context, (channel, link) -> streams.start(channel, link, protocol));
    } catch (RuntimeException e) {
      streams.close();
      throw e;
    }
    bind.addListener(done -> {
      if (done.isSuccess()) {
        streams.follow(bind.channel());
      } else {
        streams.close();
      }
    });
    return bind;
  }

  private static ChannelFuture listen(
      Endpoint endpoint, TransportContext context, Protocol protocol) {
    ProxyOptions proxies = ProxyOptions.of(new EndpointOptions(endpoint));
    return StreamSockets.bind(
        endpoint, context, above(endpoint.scheme(), proxies.before(protocol, context)));
  }

  /** As {@link #connect(Endpoint, boolean, TransportContext, List, Protocol)} without ALPN. */
  public static ChannelFuture connect(
      Endpoint endpoint, boolean tls, TransportContext context, Protocol protocol) {
    return connect(endpoint, tls, context, List.of(), protocol);
  }

  /**
   * Connects; succeeds when bytes can flow, with TLS when that has shaken hands. The protocol has
   * then been started.
   *
   * @param alpn the application protocols that TLS offers, the preferred first; empty for none
   * @throws WirelaceException -664 if TLS cannot be set up as the endpoint says
   */
  public static ChannelFuture connect(
      Endpoint endpoint,
      boolean tls,
      TransportContext context,
      List<String> alpn,
      Protocol protocol) {
    ProxyOptions.refuseIn(endpoint);
    return tls
        ? TlsConnect.connect(endpoint, context, alpn, protocol)
        : StreamSockets.connect(endpoint, context.loops(), above(endpoint.scheme(), protocol));
  }

  /** Connects; succeeds when the opening says so. */
  public static ChannelFuture connectAndOpen(
      Endpoint endpoint, boolean tls, TransportContext context, Opening opening) {
    AtomicReference<@Nullable ChannelPromise> promise = new AtomicReference<>();
    ChannelFuture connecting =
        connect(
            endpoint,
            tls,
            context,
            (channel, link) -> opening.start(channel, link, theOne(promise, channel)));
    ChannelPromise ready = theOne(promise, connecting.channel());
    connecting.addListener(done -> {
      Throwable cause = done.cause();
      if (cause != null) {
        ready.tryFailure(cause);
      }
    });
    // A connect that fails closes its channel, which may be heard first: why it failed says more.
    ready
        .channel()
        .closeFuture()
        .addListener(closed ->
            connecting.addListener(done -> {
              Throwable cause = done.cause();
              ready.tryFailure(cause == null ? closedEarly() : cause);
            }));
    return ready;
  }

  /** The channel may be active before connect() has returned: whoever comes first makes it. */
  private static ChannelPromise theOne(
      AtomicReference<@Nullable ChannelPromise> promise, Channel channel) {
    ChannelPromise mine = channel.newPromise();
    ChannelPromise earlier = promise.compareAndExchange(null, mine);
    return earlier == null ? mine : earlier;
  }

  private static WirelaceException closedEarly() {
    return new WirelaceException(
        ErrorCode.CONNECTION_CLOSED, "the connection ended before frames could flow");
  }

  private static StreamSockets.Above above(String scheme, Protocol protocol) {
    return channel -> channel.pipeline().addLast(new StartWhenActive(scheme, protocol));
  }

  /** The endpoint with the address that was really bound. */
  public static Endpoint bound(Endpoint endpoint, SocketAddress address) {
    if (endpoint.isSocketFile()) {
      return endpoint;
    }
    InetSocketAddress inet = (InetSocketAddress) address;
    return new Endpoint(
        endpoint.scheme(),
        inet.getAddress().getHostAddress(),
        inet.getPort(),
        endpoint.path(),
        endpoint.options());
  }
}
