package io.wirelace.transport;

import io.netty.channel.Channel;
import io.wirelace.wire.FrameHeader;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * What a transport knows of one connection when frames can flow.
 *
 * @param transport the URI scheme that carries it; on a port that several share, the one chosen
 * @param peer the peer's address; behind a trusted proxy the one that the proxy told
 * @param local this side's address
 * @param identity who the peer has proved to be, where the transport can tell
 * @param maxFrameBytes the longest {@code length} of a frame that it carries: less than the wire's
 *     own limit where a frame must fit a datagram
 */
public record Link(
    String transport,
    SocketAddress peer,
    SocketAddress local,
    Optional<PeerIdentity> identity,
    int maxFrameBytes) {

  /** Checks that nothing is missing. */
  public Link {
    Objects.requireNonNull(transport, "transport");
    Objects.requireNonNull(peer, "peer");
    Objects.requireNonNull(local, "local");
    if (maxFrameBytes < FrameHeader.MIN_LENGTH || maxFrameBytes > FrameHeader.MAX_LENGTH) {
      throw new IllegalArgumentException("maxFrameBytes: " + maxFrameBytes);
    }
  }

  /**
   * What the channel itself says; frames as long as the wire allows, and no identity unless the
   * kernel tells it (Unix sockets).
   */
  public static Link of(Channel channel, String transport) {
    if (UnixSockets.isOne(channel)) {
      return UnixSockets.link(channel, transport);
    }
    return new Link(
        transport,
        channel.remoteAddress(),
        channel.localAddress(),
        Optional.empty(),
        FrameHeader.MAX_LENGTH);
  }

  /** Whether what was sent once may come twice (UDP). */
  public boolean mayRepeat() {
    return transport.equals("udp");
  }

  /** This, carried by that scheme. */
  public Link withTransport(String scheme) {
    return new Link(scheme, peer, local, identity, maxFrameBytes);
  }

  /** This, with the peer and the local address that a proxy told. */
  public Link withAddresses(SocketAddress realPeer, SocketAddress realLocal) {
    return new Link(transport, realPeer, realLocal, identity, maxFrameBytes);
  }

  /** This, with who the peer has proved to be. */
  public Link withIdentity(PeerIdentity proved) {
    return new Link(transport, peer, local, Optional.of(proved), maxFrameBytes);
  }

  /** This, with frames no longer than that. */
  public Link withMaxFrameBytes(int bytes) {
    return new Link(transport, peer, local, identity, bytes);
  }
}
