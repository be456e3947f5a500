package io.wirelace.transport.any;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.Link;
import io.wirelace.transport.Places;
import io.wirelace.transport.StreamProtocol;
import io.wirelace.transport.TlsOptions;
import io.wirelace.transport.TlsStreams;
import io.wirelace.transport.TransportContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One listener of {@code any}: what all its connections share. Any thread.
 *
 * @param endpoint where it listens
 * @param options what it serves
 * @param context what it was given to work with
 * @param tls shakes hands; none where there is no certificate to show
 * @param undecided the connections that have not shown what they are
 */
record SharedPort(
    Endpoint endpoint,
    AnyOptions options,
    TransportContext context,
    @Nullable TlsStreams tls,
    Places undecided)
    implements ByteStreams.Protocol {

  /** Reads certificates, and listens. */
  static ChannelFuture bind(Endpoint endpoint, AnyOptions options, TransportContext context) {
    TlsStreams tls = tls(endpoint, options, context);
    SharedPort port =
        new SharedPort(endpoint, options, context, tls, new Places(options.maxUndecided()));
    ChannelFuture bind = ByteStreams.bind(endpoint, false, context, port);
    if (tls != null) {
      bind.addListener(done -> {
        if (done.isSuccess()) {
          tls.follow(bind.channel());
        } else {
          tls.close();
        }
      });
    }
    return bind;
  }

  private static @Nullable TlsStreams tls(
      Endpoint endpoint, AnyOptions options, TransportContext context) {
    boolean certified =
        !TlsOptions.of(new EndpointOptions(endpoint), context.tls()).cert().isEmpty();
    return switch (options.tls()) {
      case FORBIDDEN -> null;
      case REQUIRED -> TlsStreams.open(endpoint, context, options.alpn());
      case IF_CERTIFIED -> certified ? TlsStreams.open(endpoint, context, options.alpn()) : null;
    };
  }

  @Override
  public void start(Channel channel, Link link) {
    Places.Place place = undecided.enter(channel, link.peer(), () -> pushedOut(channel, link));
    channel.pipeline().addLast(new Sniffer(this, link.withTransport("tcp"), place, false));
  }

  /** A connection begins with TLS: what is inside is known by ALPN, or by its first bytes. */
  void startTls(TlsStreams streams, Channel channel, Link link, Places.Place place) {
    streams.start(
        channel,
        link.withTransport("tls"),
        (inside, known) -> {
          Optional<StreamProtocol> agreed =
              TlsStreams.applicationProtocol(inside).flatMap(options::byAlpn);
          if (agreed.isPresent()) {
            decided(agreed.get(), inside, known, place);
          } else {
            inside.pipeline().addLast(new Sniffer(this, known, place, true));
          }
        });
  }

  /** A connection has shown what it is. */
  void decided(StreamProtocol protocol, Channel channel, Link link, Places.Place place) {
    place.leave(channel);
    protocol.start(channel, endpoint, link, context);
  }

  /** The oldest of the source that has the most of them goes, so that there is room for others. */
  private void pushedOut(Channel channel, Link link) {
    denied(
        link,
        Fault.of(
            ErrorCode.CONNECTION_LIMIT,
            options.maxUndecided()
                + " connections have not shown what they are (max-undecided); this was the oldest"
                + " of where most of them are from"));
    channel.close();
  }

  /** Tells of a connection that is turned away. */
  void denied(Link link, Fault fault) {
    context.listener().onEvent(new Event.Denied(String.valueOf(link.peer()), fault));
  }
}
