package io.wirelace.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.Link;
import io.wirelace.transport.StreamProtocol;
import io.wirelace.transport.TransportContext;
import java.util.List;

/**
 * HTTP on a shared port: WebSocket at the endpoint's path, and a page at {@code /} for whoever
 * comes with a browser or curl.
 */
public final class HttpProtocol implements StreamProtocol {
  private static final int LONGEST_METHOD = 20;

  /** On the listening channel: what its connections share. */
  private static final AttributeKey<ServerHandshake.Listener> LISTENER =
      AttributeKey.valueOf(HttpProtocol.class, "listener");

  /** Made by ServiceLoader. */
  public HttpProtocol() {}

  @Override
  public String name() {
    return "http";
  }

  @Override
  public List<String> alpn() {
    return List.of("http/1.1");
  }

  /** An upper-case word and a space: a method, or the {@code PRI *} of HTTP/2. */
  @Override
  public Claim claims(ByteBuf first) {
    int length = first.readableBytes();
    for (int i = 0; i < length && i <= LONGEST_METHOD; i++) {
      byte next = first.getByte(first.readerIndex() + i);
      if (next == ' ') {
        return i > 0 ? Claim.YES : Claim.NO;
      }
      if (next < 'A' || next > 'Z') {
        return Claim.NO;
      }
    }
    return length > LONGEST_METHOD ? Claim.NO : Claim.MORE;
  }

  @Override
  public void readOptions(EndpointOptions options) {
    WebSocketOptions.read("", "", options);
  }

  @Override
  public void start(Channel channel, Endpoint endpoint, Link link, TransportContext context) {
    boolean tls = link.transport().equals("tls");
    Channel shared = channel.parent() == null ? channel : channel.parent();
    Attribute<ServerHandshake.Listener> listener = shared.attr(LISTENER);
    if (listener.get() == null) {
      listener.setIfAbsent(
          new ServerHandshake.Listener(WebSocketOptions.of(endpoint), context, true));
    }
    channel
        .pipeline()
        .addLast(new ServerHandshake(listener.get(), link.withTransport(tls ? "wss" : "ws")));
  }
}
