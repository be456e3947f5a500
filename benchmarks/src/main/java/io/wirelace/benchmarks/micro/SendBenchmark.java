package io.wirelace.benchmarks.micro;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
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
import io.netty.util.ReferenceCountUtil;
import io.wirelace.config.SessionSettings;
import io.wirelace.dispatch.Dispatcher;
import io.wirelace.dispatch.Routes;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.session.Session;
import io.wirelace.session.SessionContext;
import io.wirelace.session.Sessions;
import io.wirelace.transport.StartWhenActive;
import io.wirelace.wire.Compression;
import io.wirelace.wire.Role;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@link Session#send} into the outbound queue while an event loop drains it into a channel within
 * this process, whose other end throws everything away: the way out without a socket.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SendBenchmark {
  @Param({"64", "1024"})
  int bodyBytes;

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
  private byte[] body;
  private Session session;

  private static final class ThrowAway extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }
  }

  /** Opens a session on a channel to nowhere. */
  @Setup
  public void open() throws Exception {
    body = new byte[bodyBytes];
    Channel nowhere =
        new ServerBootstrap()
            .group(loop)
            .channel(LocalServerChannel.class)
            // As sockets have it; else the reading end's buffers would be counted as the sender's.
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new ThrowAway());
                  }
                })
            .bind(LocalAddress.ANY)
            .sync()
            .channel();
    CompletableFuture<Session> opened = new CompletableFuture<>();
    Sessions sessions = new Sessions(context(), 1, opened::complete);
    new Bootstrap()
        .group(loop)
        .channel(LocalChannel.class)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new StartWhenActive("memory", sessions.starter()::startSession));
              }
            })
        .connect(nowhere.localAddress())
        .sync();
    session = opened.get(10, TimeUnit.SECONDS);
  }

  private static SessionContext context() {
    SessionSettings settings = SessionSettings.DEFAULT;
    NetworkListener nobody = NetworkListener.none();
    return new SessionContext(
        Role.CLIENT,
        "benchmark",
        settings,
        new Dispatcher(Routes.builder().build(), nobody, settings, false, System::nanoTime),
        nobody,
        Compression.NONE,
        false, // no greeting: there is nobody to answer it
        new SecureRandom(),
        System::nanoTime);
  }

  /** One thread sends. */
  @Benchmark
  @Threads(1)
  public void threads1() {
    session.send(Reads.ROUTE, body);
  }

  /** Four threads send. */
  @Benchmark
  @Threads(4)
  public void threads4() {
    session.send(Reads.ROUTE, body);
  }

  /** Ends the loop. */
  @TearDown
  public void close() {
    session.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
