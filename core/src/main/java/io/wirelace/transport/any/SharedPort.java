package io.wirelace.transport.any;

import io.netty.channel.Channel;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.Link;
import io.wirelace.transport.StreamProtocol;
import io.wirelace.transport.TransportContext;

/**
 * One listener of {@code any}: what all its connections share. Any thread.
 *
 * @param endpoint where it listens
 * @param options what it serves
 * @param context what it was given to work with
 * @param undecided the connections that have not shown what they are
 */
record SharedPort(
    Endpoint endpoint, AnyOptions options, TransportContext context, Undecided undecided)
    implements ByteStreams.Protocol {

  SharedPort(Endpoint endpoint, AnyOptions options, TransportContext context) {
    this(endpoint, options, context, new Undecided(options.maxUndecided()));
  }

  @Override
  public void start(Channel channel, Link link) {
    channel
        .pipeline()
        .addLast(new Sniffer(this, link.withTransport("tcp"), undecided.enter(channel)));
  }

  /** A connection has shown what it is. */
  void decided(StreamProtocol protocol, Channel channel, Link link, Undecided.Place place) {
    place.leave(channel);
    protocol.start(channel, endpoint, link, context);
  }

  /** Tells of a connection that is turned away. */
  void denied(Link link, Fault fault) {
    context.listener().onEvent(new Event.Denied(String.valueOf(link.peer()), fault));
  }
}
