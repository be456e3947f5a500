package io.wirelace.transport.any;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.Link;
import io.wirelace.transport.StreamProtocol;
import io.wirelace.transport.TransportContext;
import java.util.List;

/** Our own frames, as {@code tcp} and {@code tls} carry them: the first byte of each is 00. */
public final class NativeProtocol implements StreamProtocol {
  static final String NAME = "native";

  /** Made by ServiceLoader. */
  public NativeProtocol() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> alpn() {
    return List.of("lace/1");
  }

  @Override
  public Claim claims(ByteBuf first) {
    return first.getByte(first.readerIndex()) == 0 ? Claim.YES : Claim.NO;
  }

  @Override
  public void readOptions(EndpointOptions options) {
    // It has none that the byte stream under it has not.
  }

  @Override
  public void start(Channel channel, Endpoint endpoint, Link link, TransportContext context) {
    context.starter().startSession(channel, link);
  }
}
