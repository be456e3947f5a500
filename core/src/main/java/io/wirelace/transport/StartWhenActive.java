package io.wirelace.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Starts a protocol as soon as its channel is connected, and is gone. */
public final class StartWhenActive extends ChannelInboundHandlerAdapter {
  private final String scheme;
  private final ByteStreams.Protocol protocol;

  /** For one channel, carried by that scheme. */
  public StartWhenActive(String scheme, ByteStreams.Protocol protocol) {
    this.scheme = scheme;
    this.protocol = protocol;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      start(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    start(ctx);
    ctx.fireChannelActive();
  }

  private void start(ChannelHandlerContext ctx) {
    protocol.start(ctx.channel(), Link.of(ctx.channel(), scheme));
    ctx.pipeline().remove(this);
  }
}
