package io.wirelace.transport;

import io.wirelace.config.Values;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Which proxies a listener believes, as {@code tcp://host:port?proxy-from=10.0.0.0/8}.
 *
 * @param from {@code proxy-from}: where proxies connect from; default nowhere
 * @param required {@code proxy}: {@code required}, or {@code optional} if connections from there
 *     may come without a header; default required
 * @param timeout {@code proxy-timeout}: how long a header may take; default 5 s
 */
record ProxyOptions(List<AddressRange> from, boolean required, Duration timeout) {
  private static final String FROM = "proxy-from";

  /**
   * Reads them from an endpoint's options.
   *
   * @throws WirelaceException if one is out of range, or acts on nothing
   */
  static ProxyOptions of(EndpointOptions options) {
    List<AddressRange> from = AddressRange.list(FROM, options.text(FROM, ""));
    String mode = options.text("proxy", "");
    boolean required =
        switch (mode) {
          case "", "required" -> true;
          case "optional" -> false;
          default -> throw Values.invalid("proxy", mode, "required or optional");
        };
    if (from.isEmpty() && !mode.isEmpty()) {
      throw Values.invalid("proxy", mode, FROM + " beside it, which says from where");
    }
    Duration timeout = options.duration("proxy-timeout", Duration.ofSeconds(5));
    if (timeout.isZero()) {
      throw Values.invalid("proxy-timeout", timeout, "more than 0");
    }
    return new ProxyOptions(from, required, timeout);
  }

  /** Refuses an endpoint that is connected to, where these options could not act. */
  static void refuseIn(Endpoint connectTo) {
    if (connectTo.option(FROM).isPresent()) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG, FROM + " of " + connectTo.uri() + " is for listening only");
    }
  }

  /** What is asked of a connection from there. */
  ProxyHeaderHandler.Policy policy(SocketAddress peer) {
    boolean trusted =
        peer instanceof InetSocketAddress inet
            && from.stream().anyMatch(range -> range.contains(inet.getAddress()));
    if (!trusted) {
      return ProxyHeaderHandler.Policy.FORBIDDEN;
    }
    return required ? ProxyHeaderHandler.Policy.REQUIRED : ProxyHeaderHandler.Policy.OPTIONAL;
  }

  /** The protocol, started when the proxy's header has been read, with the addresses it told. */
  ByteStreams.Protocol before(ByteStreams.Protocol protocol, TransportContext context) {
    if (from.isEmpty()) {
      return protocol;
    }
    return (channel, link) ->
        channel
            .pipeline()
            .addLast(new ProxyHeaderHandler(this, link, protocol, context.listener()));
  }
}
