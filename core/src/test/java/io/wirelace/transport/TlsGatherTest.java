package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TlsGatherTest {
  private final List<String> seen = new ArrayList<>();
  private final TlsGather gather = new TlsGather();
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          gather,
          new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
              ByteBuf bytes = (ByteBuf) message;
              seen.add(bytes.toString(StandardCharsets.US_ASCII));
              bytes.release();
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
              seen.add("event " + event);
            }
          });

  private static ByteBuf record(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void theRecordsOfOneReadComeTogether() {
    gather.begin(100);
    channel.writeInbound(record("one,"), record("two,"), record("three"));
    assertThat(seen).isEmpty();
    gather.end();
    assertThat(seen).containsExactly("one,two,three");
  }

  @Test
  void moreThanWasExpectedComesTogetherToo() {
    gather.begin(1);
    channel.writeInbound(record("one,"), record("two,".repeat(1000)), record("three"));
    gather.end();
    assertThat(seen).containsExactly("one," + "two,".repeat(1000) + "three");
  }

  @Test
  void aBufferThatSomebodyHoldsIsNotWrittenTo() {
    ByteBuf first = Unpooled.buffer(100).writeBytes(record("one,")).retain();
    gather.begin(100);
    channel.writeInbound(first, record("two"));
    gather.end();
    assertThat(seen).containsExactly("one,two");
    assertThat(first.toString(StandardCharsets.US_ASCII)).isEqualTo("one,");
    first.release();
  }

  @Test
  void whatCameBeforeAnEventIsSeenBeforeIt() {
    gather.begin(100);
    channel.writeInbound(record("data"));
    channel.pipeline().fireUserEventTriggered("end");
    gather.end();
    assertThat(seen).containsExactly("data", "event end");
  }

  @Test
  void outsideOfAReadNothingWaits() {
    channel.writeInbound(record("late"));
    assertThat(seen).containsExactly("late");
  }
}
