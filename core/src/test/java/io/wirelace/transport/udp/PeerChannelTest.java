package io.wirelace.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer's channel over a socket that takes datagrams, or does not. */
class PeerChannelTest {
  private final DefaultEventLoop loop = new DefaultEventLoop();
  private final EmbeddedChannel parent = new EmbeddedChannel();
  private final List<String> sent = new ArrayList<>();
  private final List<String> read = new ArrayList<>();
  private int room = Integer.MAX_VALUE;
  private int flushes;
  private int overruns;
  private int completes;
  private boolean closed;
  private PeerChannel peer;

  private final class Socket implements PeerChannel.Socket {
    @Override
    public boolean canSend(PeerChannel channel, int bytes) {
      return room > 0;
    }

    @Override
    public void send(ByteBuf frame, PeerChannel channel) {
      room--;
      sent.add(RawSource.hex(bytes(frame)));
      frame.release();
    }

    @Override
    public void flush() {
      flushes++;
    }

    @Override
    public void overrun(PeerChannel channel) {
      overruns++;
    }

    @Override
    public void closed(PeerChannel channel) {
      closed = true;
    }
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), bytes);
    return bytes;
  }

  @BeforeEach
  void register() throws Exception {
    peer =
        new PeerChannel(
            parent,
            new Socket(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            1000,
            0);
    peer.pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                read.add(RawSource.hex(bytes((ByteBuf) message)));
                ((ByteBuf) message).release();
              }

              @Override
              public void channelReadComplete(ChannelHandlerContext ctx) {
                completes++;
              }
            });
    loop.register(peer).sync();
  }

  @AfterEach
  void end() throws Exception {
    peer.close().sync();
    assertThat(closed).isTrue();
    parent.finishAndReleaseAll();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private <T> T onLoop(Callable<T> task) throws Exception {
    return loop.submit(task).get(10, TimeUnit.SECONDS);
  }

  private static byte[] frame(int number) {
    return RawSource.frame(2, 0, "frame " + number);
  }

  private static ByteBuf frames(int from, int to) {
    ByteBuf all = Unpooled.buffer();
    for (int i = from; i < to; i++) {
      all.writeBytes(frame(i));
    }
    return all;
  }

  @Test
  void aBufferOfManyFramesLeavesAsOneDatagramEachAndOneFlush() throws Exception {
    ByteBuf three = frames(0, 3).retain();
    onLoop(() -> peer.writeAndFlush(three)).sync();
    assertThat(sent)
        .containsExactly(RawSource.hex(frame(0)), RawSource.hex(frame(1)), RawSource.hex(frame(2)));
    assertThat(flushes).isEqualTo(1);
    assertThat(three.refCnt()).isEqualTo(1); // ours: it can be used again
    three.release();
  }

  @Test
  void aSocketThatTakesNoMoreIsWaitedForInTheMiddleOfABuffer() throws Exception {
    room = 2;
    ByteBuf five = frames(0, 5).retain();
    ChannelFuture written = onLoop(() -> peer.writeAndFlush(five));
    onLoop(() -> true);
    assertThat(sent).hasSize(2);
    assertThat(written.isDone()).isFalse();
    room = 2;
    onLoop(peer::flush);
    assertThat(sent).hasSize(4);
    room = 2;
    onLoop(peer::flush);
    written.sync();
    assertThat(sent).hasSize(5).doesNotHaveDuplicates();
    assertThat(five.refCnt()).isEqualTo(1);
    five.release();
  }

  @Test
  void whileTheSocketIsFullItSaysThatItIsNotWritable() throws Exception {
    room = 0;
    List<ChannelFuture> writes = new ArrayList<>();
    while (onLoop(peer::isWritable)) {
      writes.add(onLoop(() -> peer.writeAndFlush(frames(0, 1000))));
      assertThat(writes).hasSizeLessThan(20);
    }
    assertThat(sent).isEmpty();
    room = Integer.MAX_VALUE;
    onLoop(peer::flush);
    for (ChannelFuture write : writes) {
      write.sync();
    }
    assertThat(sent).hasSize(1000 * writes.size());
    assertThat(onLoop(peer::isWritable)).isTrue();
  }

  @Test
  void whatItDoesNotReadWaitsWithinItsBoundInOrder() throws Exception {
    onLoop(() -> peer.config().setAutoRead(false));
    int datagrams = 20;
    onLoop(() -> {
      for (int i = 0; i < datagrams; i++) {
        assertThat(peer.receive(Unpooled.wrappedBuffer(frame(i)), i)).isFalse();
      }
      return true;
    });
    assertThat(read).isEmpty();
    assertThat(overruns).isEqualTo(datagrams - 8); // 1000 bytes hold 8 of 20 and 100 beside
    onLoop(() -> peer.config().setAutoRead(true));
    onLoop(() -> true); // the task that reads on has run
    assertThat(read).hasSize(8);
    assertThat(read.getFirst()).isEqualTo(RawSource.hex(frame(0)));
    assertThat(read.getLast()).isEqualTo(RawSource.hex(frame(7)));
    assertThat(completes).isEqualTo(1);
    assertThat(onLoop(() -> peer.receive(Unpooled.wrappedBuffer(frame(9)), 9))).isTrue();
    assertThat(onLoop(() -> peer.receive(Unpooled.wrappedBuffer(frame(9)), 9))).isFalse();
    assertThat(read).hasSize(10);
  }

  @Test
  void whatWaitsWhenItClosesIsFreed() throws Exception {
    onLoop(() -> peer.config().setAutoRead(false));
    ByteBuf frame = Unpooled.wrappedBuffer(frame(0));
    onLoop(() -> peer.receive(frame, 0));
    assertThat(frame.refCnt()).isZero(); // it keeps a copy to measure
    Channel channel = onLoop(peer::close).sync().channel();
    assertThat(channel.isActive()).isFalse();
    assertThat(onLoop(() -> peer.write(frames(0, 1))).await().isSuccess()).isFalse();
  }
}
