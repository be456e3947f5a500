package io.wirelace.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.List;

/**
 * A protocol that a port can carry beside others ({@code any://}), known by its first bytes. Found
 * by {@link java.util.ServiceLoader}; stateless, so that one instance serves all.
 */
public interface StreamProtocol {
  /** Whether the first bytes of a connection are this protocol's. */
  enum Claim {
    /** They are. */
    YES,
    /** They are not, whatever follows. */
    NO,
    /** They may be: more bytes will tell. */
    MORE
  }

  /** Its name in options and events, in lower case: native, http. */
  String name();

  /** The ALPN names that choose it inside TLS, before any byte was sent. */
  List<String> alpn();

  /** Judges the readable bytes, at least one, without moving the reader index. */
  Claim claims(ByteBuf first);

  /**
   * Reads the options of a shared endpoint that are this protocol's.
   *
   * @throws io.wirelace.error.WirelaceException if one is out of range
   */
  void readOptions(EndpointOptions options);

  /**
   * Bytes can flow: adds the handlers that read them, to which the first bytes are then fired
   * again. On the channel's event loop.
   *
   * @param link what is known so far; its transport is {@code tcp}, or {@code tls} inside TLS
   */
  void start(Channel channel, Endpoint endpoint, Link link, TransportContext context);
}
