package io.wirelace.benchmarks.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Answers through a queue, and room through a condition: the application's side of one channel. */
final class NaiveAnswers extends ChannelInboundHandlerAdapter {
  private final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition writable = lock.newCondition();

  byte[] take() throws InterruptedException {
    return answers.take();
  }

  void awaitWritable(Channel channel) throws InterruptedException {
    if (channel.isWritable()) {
      return;
    }
    lock.lock();
    try {
      while (!channel.isWritable()) {
        writable.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf body = (ByteBuf) message;
    answers.add(ByteBufUtil.getBytes(body));
    body.release();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    lock.lock();
    try {
      writable.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
