package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Byte streams for the transports that are made of them: a TCP socket, or a Unix one where the
 * endpoint names a file, with TLS over it where the transport asks for that. What goes on above,
 * the native frames or HTTP, is a {@link Protocol}. Stateless.
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

  /**
   * Reads the options that every byte stream has, so that {@link EndpointOptions#done} knows them.
   *
   * @throws WirelaceException if one is out of range
   */
  public static void readOptions(EndpointOptions options, boolean tls) {
    StreamSockets.readOptions(options);
    ProxyOptions.of(options);
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

  /** Listens; the protocol is started on each stream that is accepted. */
  public static ChannelFuture bind(
      Endpoint endpoint, boolean tls, TransportContext context, Protocol protocol) {
    ProxyOptions proxies = ProxyOptions.of(new EndpointOptions(endpoint));
    return StreamSockets.bind(
        endpoint, context.loops(), above(endpoint, tls, proxies.before(protocol, context)));
  }

  /** Connects; succeeds when bytes can flow. The protocol has then been started. */
  public static ChannelFuture connect(
      Endpoint endpoint, boolean tls, TransportContext context, Protocol protocol) {
    ProxyOptions.refuseIn(endpoint);
    return StreamSockets.connect(endpoint, context.loops(), above(endpoint, tls, protocol));
  }

  private static StreamSockets.Above above(Endpoint endpoint, boolean tls, Protocol protocol) {
    if (tls) {
      throw new WirelaceException(ErrorCode.UNSUPPORTED_TRANSPORT, "TLS is not there yet");
    }
    return channel -> channel.pipeline().addLast(new StartWhenActive(endpoint.scheme(), protocol));
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
