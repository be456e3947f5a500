package io.wirelace.benchmarks.netty;

import io.netty.channel.ChannelHandlerContext;
import io.wirelace.benchmarks.contender.Bodies;
import java.nio.ByteBuffer;

/**
 * Counts, tells and echoes. Each counted body becomes a {@code byte[]}, as an application has it.
 */
final class TunedServer extends TunedFrames {
  private long received;
  private long heads;

  @Override
  void onFrame(ChannelHandlerContext ctx, ByteBuffer bytes, int at, int length) {
    switch (bytes.get(at)) {
      case Bodies.COUNT_ME -> {
        byte[] body = new byte[length];
        bytes.get(at, body);
        count(body);
      }
      case Bodies.ECHO -> answer(ctx, bytes, at, length);
      default -> {
        answer(ctx, Bodies.ofNumber(received));
        received = 0;
      }
    }
  }

  private void count(byte[] body) {
    heads ^= Bodies.head(body);
    received++;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    // A peer that does not read its answers is not read either.
    ctx.channel().config().setAutoRead(ctx.channel().isWritable());
  }

  @Override
  public String toString() {
    return "TunedServer[" + received + " received, heads " + heads + "]";
  }
}
