package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.wirelace.wire.Role;
import org.junit.jupiter.api.Test;

/** What TLS holds is known to the session above it. */
class TlsMemoryTest {
  @Test
  void halfARecordIsCountedUntilItIsWhole() {
    TlsRecords records = new TlsRecords(Role.SERVER, new TlsGather());
    EmbeddedChannel channel = new EmbeddedChannel(records);
    assertThat(records.heldBytes()).isZero();
    byte[] half = new byte[5 + 8000];
    half[0] = 23;
    half[1] = 3;
    half[2] = 3;
    half[3] = 16_000 >> 8;
    half[4] = (byte) 16_000;
    channel.writeInbound(Unpooled.wrappedBuffer(half));
    assertThat(records.heldBytes()).isBetween(8_000L, 18_500L);
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[8_000]));
    assertThat(records.heldBytes()).isZero();
    channel.finishAndReleaseAll();
  }

  /** Which {@code Outbound.heldBytes} counts. */
  @Test
  void whatIsNotEncryptedYetCountsAsTheChannelsPendingBytes() throws Exception {
    SslHandler tls =
        SslContextBuilder.forClient().build().newHandler(Unpooled.EMPTY_BUFFER.alloc());
    EmbeddedChannel channel = new EmbeddedChannel(tls); // nobody answers its hello
    var unused = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1_000_000]));
    channel.runPendingTasks();
    assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes())
        .isGreaterThanOrEqualTo(1_000_000);
    channel.finishAndReleaseAll();
  }
}
