package io.wirelace.transport.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.wirelace.transport.EndOfStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ends of a local channel. */
class MemoryEndsTest {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, LocalIoHandler.newFactory());
  private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  /** Notes what comes. */
  private final class Ear extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      accepted.add(ctx.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      heard.add(((ByteBuf) message).readableBytes() + " bytes");
      ((ByteBuf) message).release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      heard.add(event == EndOfStream.INSTANCE ? "end" : event.toString());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      heard.add("closed");
    }
  }

  @AfterEach
  void stop() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** A channel to a peer that does not read yet. */
  private Channel connect() {
    LocalAddress at = new LocalAddress(MemoryEndsTest.class);
    Channel server =
        new ServerBootstrap()
            .group(loops)
            .channel(LocalServerChannel.class)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new MemoryEnds(), new Ear());
                  }
                })
            .bind(at)
            .syncUninterruptibly()
            .channel();
    return new Bootstrap()
        .group(loops)
        .channel(LocalChannel.class)
        .handler(new MemoryEnds())
        .connect(server.localAddress())
        .syncUninterruptibly()
        .channel();
  }

  @Test
  void whatWasSentBeforeTheEndIsReadThoughItsSenderHasClosed() throws Exception {
    Channel sender = connect();
    Channel peer = accepted.take();
    sender.writeAndFlush(Unpooled.buffer().writeZero(1000)).syncUninterruptibly();
    sender.writeAndFlush(EndOfStream.INSTANCE).syncUninterruptibly();
    var closing = sender.close();
    sender.eventLoop().submit(() -> {}).syncUninterruptibly();
    peer.eventLoop().submit(() -> {}).syncUninterruptibly();
    assertThat(heard).isEmpty();
    peer.config().setAutoRead(true);
    closing.syncUninterruptibly();
    peer.closeFuture().syncUninterruptibly();
    assertThat(List.of(heard.take(), heard.take(), heard.take()))
        .containsExactly("1000 bytes", "end", "closed");
  }

  @Test
  void aSecondCloseWaitsForNobody() throws Exception {
    Channel sender = connect();
    Channel peer = accepted.take();
    sender.writeAndFlush(EndOfStream.INSTANCE).syncUninterruptibly();
    var first = sender.close();
    sender.close().syncUninterruptibly();
    first.syncUninterruptibly();
    peer.closeFuture().syncUninterruptibly();
    assertThat(heard.take()).isEqualTo("closed");
  }
}
