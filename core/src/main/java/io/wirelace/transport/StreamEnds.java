package io.wirelace.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/**
 * Says {@link EndOfStream} with a FIN, and hears the peer's FIN as one. After that there is nothing
 * to read, and the socket is not asked again.
 */
@Sharable
final class StreamEnds extends ChannelDuplexHandler {
  static final StreamEnds INSTANCE = new StreamEnds();

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message != EndOfStream.INSTANCE) {
      ctx.write(message, promise);
      return;
    }
    // Shutting down fails what is not written yet, so it waits behind an empty write.
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(done -> {
          DuplexChannel channel = (DuplexChannel) ctx.channel();
          if (channel.isInputShutdown()) {
            ctx.close(promise); // the other direction ended before: one call for both
          } else {
            channel.shutdownOutput(promise);
          }
        });
  }

  /** After the peer's end there is nothing to wait for. */
  @Override
  public void read(ChannelHandlerContext ctx) {
    if (!((DuplexChannel) ctx.channel()).isInputShutdown()) {
      ctx.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ctx.fireUserEventTriggered(
        event == ChannelInputShutdownEvent.INSTANCE ? EndOfStream.INSTANCE : event);
  }
}
