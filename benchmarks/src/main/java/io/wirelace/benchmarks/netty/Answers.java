package io.wirelace.benchmarks.netty;

import io.netty.channel.ChannelHandlerContext;
import io.wirelace.benchmarks.contender.Bodies;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Hands answers to the one application thread that waits for them; one request at a time. */
final class Answers extends TunedFrames {
  private volatile @Nullable Runnable whenWritable;
  private volatile @Nullable Thread waiting;
  private volatile byte @Nullable [] answer;

  /** What to run, on the event loop, when the channel can be written again. */
  void whenWritable(Runnable task) {
    whenWritable = task;
  }

  /** Sends by that task, and parks until the answer is there. */
  byte[] await(Runnable send) {
    answer = null;
    waiting = Thread.currentThread();
    send.run();
    byte[] came;
    while ((came = answer) == null) {
      LockSupport.park(this);
    }
    return came;
  }

  /** As {@link #await}, for an answer that is a number. */
  long awaitNumber(Runnable send) {
    return Bodies.head(await(send));
  }

  @Override
  void onFrame(ChannelHandlerContext ctx, ByteBuffer bytes, int at, int length) {
    byte[] body = new byte[length];
    bytes.get(at, body);
    answer = body;
    LockSupport.unpark(waiting);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Runnable task = whenWritable;
    if (task != null && ctx.channel().isWritable()) {
      task.run();
    }
  }
}
