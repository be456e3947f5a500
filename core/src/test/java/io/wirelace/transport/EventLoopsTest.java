package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class EventLoopsTest {
  /** Netty looks for the end before it runs the tasks; here the end comes with one of them. */
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
  void loopsThatEndWhileTheyRunTasksCloseTheirChannelsAllTheSame(IoBackend io) throws Exception {
    Assumptions.assumeTrue(io.whyNot() == null, () -> "skipped, no " + io.label() + " here");
    try (EventLoops loops = new EventLoops(io, 1, "test")) {
      Channel listening =
          new ServerBootstrap()
              .group(loops.sockets())
              .channel(loops.backend().serverSocket())
              .childHandler(new ChannelInboundHandlerAdapter())
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sync()
              .channel();
      listening.eventLoop().execute(loops::close);
      assertThat(listening.eventLoop().awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      assertThat(listening.isOpen()).isFalse();
    }
  }

  @Test
  void aChannelThatComesWithTheLastTasksIsClosedAndItsHandlersHearOfIt() throws Exception {
    try (EventLoops loops = new EventLoops(IoBackend.NIO, 1, "test")) {
      EventLoop loop = loops.sockets().next();
      CountDownLatch removed = new CountDownLatch(1);
      Channel first = new NioServerSocketChannel();
      Channel last = new NioServerSocketChannel();
      last.pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void handlerRemoved(ChannelHandlerContext ctx) {
                  removed.countDown();
                }
              });
      loop.register(first).sync();
      first.closeFuture().addListener(closed -> loop.execute(() -> loop.register(last)));
      loop.execute(loops::close);
      assertThat(loop.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      assertThat(removed.getCount()).isZero();
      assertThat(last.isOpen()).isFalse();
    }
  }
}
