package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventLoopsTest {
  /** Netty looks for the end before it runs the tasks; here the end comes with one of them. */
  @Test
  void loopsThatEndWhileTheyRunTasksCloseTheirChannelsAllTheSame() throws Exception {
    try (EventLoops loops = new EventLoops(IoBackend.NIO, 1, "test")) {
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
