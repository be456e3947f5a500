package io.wirelace.http.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.error.WirelaceException;
import io.wirelace.http.json.JsonMessages;
import io.wirelace.transport.EndOfStream;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What passes through the handler, without a socket. */
class WebSocketHandlerTest {
  private static final FrameLimits LIMITS =
      new FrameLimits(1 << 20, 1 << 20, 10, 1000, Duration.ofSeconds(10));
  private static final int WRITABILITY = 2;

  private final List<Throwable> failures = new ArrayList<>();
  private @Nullable EmbeddedChannel opened;

  private EmbeddedChannel open(Role role, Messages messages) {
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new WebSocketHandler(role, LIMITS, null, messages),
            new ChannelInboundHandlerAdapter() {
              @Override
              public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                failures.add(cause);
              }
            });
    opened = channel;
    return channel;
  }

  @AfterEach
  void releaseAll() {
    if (opened != null) {
      opened.finishAndReleaseAll();
    }
  }

  private static ByteBuf bytes(String hex) {
    return Unpooled.copiedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
  }

  private static String next(EmbeddedChannel channel) {
    ByteBuf out = channel.readOutbound();
    if (out == null) {
      return "nothing";
    }
    String hex = ByteBufUtil.hexDump(out).toUpperCase(Locale.ROOT);
    out.release();
    return hex;
  }

  private static void writable(EmbeddedChannel channel, boolean writable) {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(WRITABILITY, writable);
    channel.runPendingTasks();
  }

  @Test
  void aServersFramesGoOutUncopiedBehindASmallHeader() {
    EmbeddedChannel channel = open(Role.SERVER, new NativeMessages());
    ByteBuf frames =
        Unpooled.wrappedBuffer(FrameEncoder.frame(FrameHeader.REQUEST, 1, new byte[9]));
    channel.writeOutbound(frames);
    assertThat(next(channel)).isEqualTo("8216");
    Object payload = channel.readOutbound();
    assertThat(payload).isSameAs(frames);
    frames.release();
  }

  @Test
  void aClientsFramesAreMaskedInPlace() {
    EmbeddedChannel channel = open(Role.CLIENT, new NativeMessages());
    byte[] plain = FrameEncoder.frame(FrameHeader.REQUEST, 1, new byte[200]);
    ByteBuf frames = Unpooled.copiedBuffer(plain);
    channel.writeOutbound(frames);
    ByteBuf header = channel.readOutbound();
    assertThat(header.readUnsignedShort()).isEqualTo(0x82FE);
    assertThat(header.readUnsignedShort()).isEqualTo(213);
    int key = header.readInt();
    header.release();
    ByteBuf masked = channel.readOutbound();
    assertThat(masked).isSameAs(frames);
    Masking.apply(frames, 0, 213, key);
    assertThat(ByteBufUtil.getBytes(frames)).isEqualTo(plain);
    frames.release();
  }

  @Test
  void theMessagesOfOneReadBecomeOneRunInTheSameBuffer() {
    EmbeddedChannel channel = open(Role.CLIENT, new NativeMessages());
    String frame = "00000009 03 0000000000000000";
    ByteBuf read = bytes("820D" + frame + "8A00" + "020D" + frame + "800D" + frame);
    channel.writeInbound(read);
    ByteBuf run = channel.readInbound();
    assertThat(run).isSameAs(read);
    assertThat(ByteBufUtil.hexDump(run)).isEqualTo(frame.replace(" ", "").repeat(3));
    run.release();
    Object more = channel.readInbound();
    assertThat(more).isNull();
  }

  @Test
  void whoDoesNotReadIsOwedTheLatestPongOnly() {
    EmbeddedChannel channel = open(Role.CLIENT, new NativeMessages());
    writable(channel, false);
    channel.writeInbound(bytes("890141 890142 890143"));
    assertThat(next(channel)).isEqualTo("nothing");
    writable(channel, true);
    String pong = next(channel);
    assertThat(pong).startsWith("8A81").hasSize(14);
    int key = Integer.parseUnsignedInt(pong.substring(4, 12), 16);
    assertThat(Integer.parseInt(pong.substring(12), 16) ^ (key >>> 24)).isEqualTo('C');
    assertThat(next(channel)).isEqualTo("nothing");
  }

  @Test
  void whoDoesNotReadWhatItsNonsenseGotIsCutOff() {
    EmbeddedChannel channel = open(Role.CLIENT, new JsonMessages(1000));
    writable(channel, false);
    channel.writeInbound(bytes("810141"));
    assertThat(failures)
        .singleElement()
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-625));
  }

  @Test
  void afterAViolationTheCloseFrameIsFollowedByTheEndOfTheStream() {
    EmbeddedChannel channel = open(Role.SERVER, new NativeMessages());
    channel.writeInbound(bytes("8200"));
    assertThat(failures).hasSize(1);
    channel.writeOutbound(EndOfStream.INSTANCE);
    assertThat(next(channel)).startsWith("88").contains("03EA");
    Object end = channel.readOutbound();
    assertThat(end).isEqualTo(EndOfStream.INSTANCE);
    channel.writeInbound(bytes("8880 00000000"));
    assertThat(failures).as("nothing is read any more").hasSize(1);
  }
}
