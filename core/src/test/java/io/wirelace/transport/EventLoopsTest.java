package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
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
}
