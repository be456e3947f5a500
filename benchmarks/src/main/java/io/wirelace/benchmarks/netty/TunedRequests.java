package io.wirelace.benchmarks.netty;

import io.netty.channel.ChannelHandlerContext;
import io.wirelace.benchmarks.contender.ClosedLoop;
import java.nio.ByteBuffer;

/** Requests in flight, driven on the event loop; answers come in the order of the requests. */
final class TunedRequests extends TunedFrames {
  private final ClosedLoop loop;
  private final byte[] body;
  private final long[] sentNs;
  private long sent;
  private long answered;

  /** When the read that is being parsed came; 0 between reads. */
  private long nowNs;

  TunedRequests(ClosedLoop loop, byte[] body) {
    this.loop = loop;
    this.body = body;
    this.sentNs = new long[loop.depth()];
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    for (int i = 0; i < loop.depth(); i++) {
      request(ctx, System.nanoTime());
    }
    flushAnswers(ctx);
  }

  private void request(ChannelHandlerContext ctx, long ns) {
    sentNs[(int) (sent++ % sentNs.length)] = ns;
    answer(ctx, body);
  }

  @Override
  void onFrame(ChannelHandlerContext ctx, ByteBuffer bytes, int at, int length) {
    if (nowNs == 0) {
      nowNs = System.nanoTime();
    }
    if (loop.answered(sentNs[(int) (answered++ % sentNs.length)], nowNs)) {
      request(ctx, nowNs);
    }
  }

  @Override
  void onFramesEnd() {
    nowNs = 0;
  }
}
