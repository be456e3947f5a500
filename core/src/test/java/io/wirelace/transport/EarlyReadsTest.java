package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a peer sends before anybody stands on its socket. */
class EarlyReadsTest {
  private final List<Object> heard = new ArrayList<>();

  private final class Listener extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      heard.add(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      heard.add(event);
    }
  }

  @Test
  void whatCameBeforeAnybodyStoodThereIsHeardInItsOrder() {
    EmbeddedChannel channel = new EmbeddedChannel(new EarlyReads());
    channel.writeInbound("bytes");
    channel.pipeline().fireUserEventTriggered(EndOfStream.INSTANCE);
    channel.pipeline().addLast(new Listener());
    assertThat(heard).isEmpty();
    channel.pipeline().remove(EarlyReads.class);
    assertThat(heard).containsExactly("bytes", EndOfStream.INSTANCE);
    channel.writeInbound("more");
    assertThat(heard).endsWith("more");
    channel.finishAndReleaseAll();
  }
}
