package io.wirelace.transport;

import io.netty.channel.ChannelFuture;
import java.util.Set;

/**
 * A protocol chosen by URI scheme. Found by {@link java.util.ServiceLoader}; stateless, so that one
 * instance serves all.
 */
public interface Transport {
  /** The URI schemes it serves, in lower case. */
  Set<String> schemes();

  /**
   * Checks an endpoint before anything is opened.
   *
   * @throws io.wirelace.error.WirelaceException {@link io.wirelace.error.ErrorCode#INVALID_CONFIG}
   *     naming what it does not take
   */
  void validate(Endpoint endpoint);

  /**
   * Listens. Succeeds with a server channel whose local address is the bound one; each accepted
   * channel is given to the starter.
   */
  ChannelFuture bind(Endpoint endpoint, TransportContext context);

  /** Connects. Succeeds when frames can flow; the channel has then been given to the starter. */
  ChannelFuture connect(Endpoint endpoint, TransportContext context);

  /** The endpoint as a URI with the address that was really bound. */
  Endpoint bound(Endpoint endpoint, java.net.SocketAddress address);

  /** The I/O mechanism in use, for the start-up line: epoll, nio, memory and so on. */
  String io(EventLoops loops);
}
