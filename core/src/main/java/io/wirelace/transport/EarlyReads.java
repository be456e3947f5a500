package io.wirelace.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps what a peer sends before anything stands on its socket. Whether a connection is wanted is
 * known a task after it is there, and by epoll the same event may say that it is there and that its
 * peer has sent and hung up. Removed once there is somebody to hand that to. Event loop only.
 */
final class EarlyReads extends ChannelInboundHandlerAdapter {
  private final Queue<Object> kept = new ArrayDeque<>(2); // one read, and the end

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    kept.add(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == EndOfStream.INSTANCE) {
      kept.add(event);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    boolean read = false;
    Object next;
    while ((next = kept.poll()) != null) {
      if (next == EndOfStream.INSTANCE) {
        ctx.fireUserEventTriggered(next);
      } else if (ctx.channel().isOpen()) {
        read = true;
        ctx.fireChannelRead(next);
      } else {
        ReferenceCountUtil.release(next);
      }
    }
    if (read) {
      ctx.fireChannelReadComplete();
    }
  }
}
