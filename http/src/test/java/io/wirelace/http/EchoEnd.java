package io.wirelace.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.wirelace.transport.EndOfStream;

/** Stands where a session would: ends its side when the peer has, or when the transport says so. */
final class EchoEnd extends ChannelInboundHandlerAdapter {
  private boolean ended;
  private boolean peerEnded;

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == EndOfStream.INSTANCE) {
      peerEnded = true;
      end(ctx);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    end(ctx);
  }

  private void end(ChannelHandlerContext ctx) {
    if (ended) {
      closeIfBothEnded(ctx);
      return;
    }
    ended = true;
    ctx.writeAndFlush(EndOfStream.INSTANCE).addListener(done -> closeIfBothEnded(ctx));
  }

  private void closeIfBothEnded(ChannelHandlerContext ctx) {
    if (peerEnded) {
      ctx.close();
    }
  }
}
