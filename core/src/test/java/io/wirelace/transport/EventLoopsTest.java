package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** Netty runs many tasks before it reads: work in pieces would keep everybody else waiting. */
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "NIO"})
  void theNextTurnComesAfterWhatCanBeReadIsRead(IoBackend io) throws Exception {
    Assumptions.assumeTrue(io.whyNot() == null, () -> "skipped, no " + io.label() + " here");
    AtomicBoolean read = new AtomicBoolean();
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    try (EventLoops loops = new EventLoops(io, 1, "test")) {
      Channel listening =
          new ServerBootstrap()
              .group(loops.sockets())
              .channel(loops.backend().serverSocket())
              .childHandler(
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                      accepted.complete(ctx.channel());
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                      ReferenceCountUtil.release(message);
                      read.set(true);
                    }
                  })
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sync()
              .channel();
      InetSocketAddress at = (InetSocketAddress) listening.localAddress();
      try (Socket peer = new Socket(at.getAddress(), at.getPort())) {
        EventLoop loop = accepted.get(20, TimeUnit.SECONDS).eventLoop();
        CompletableFuture<Boolean> sooner = new CompletableFuture<>();
        CompletableFuture<Boolean> next = new CompletableFuture<>();
        loop.submit(
                () -> {
                  peer.getOutputStream().write(1);
                  EventLoops.nextTurn(loop, () -> next.complete(read.get()));
                  loop.execute(() -> sooner.complete(read.get()));
                  return null;
                })
            .sync();
        assertThat(sooner.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(next.get(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void whatWaitsForTheNextTurnIsDoneThoughTheLoopEnds() throws Exception {
    try (EventLoops loops = new EventLoops(IoBackend.NIO, 1, "test")) {
      EventLoop loop = loops.sockets().next();
      AtomicInteger done = new AtomicInteger();
      Channel channel = new NioServerSocketChannel();
      channel
          .pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void handlerRemoved(ChannelHandlerContext ctx) {
                  EventLoops.nextTurn(
                      loop,
                      () -> {
                        done.incrementAndGet();
                        EventLoops.nextTurn(loop, done::incrementAndGet);
                      });
                }
              });
      loop.register(channel).sync();
      loop.execute(loops::close);
      assertThat(loop.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      assertThat(done).hasValue(2);
    }
  }

  private static final int TASKS = 20;

  @Test
  void aLoopLooksAgainBeforeItSleepsIfItMay() throws Exception {
    Assumptions.assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor only");
    assertThat(looksInVain(Duration.ofMillis(1))).isPositive();
  }

  @Test
  void aLoopThatMayNotSleepsAtOnce() throws Exception {
    assertThat(looksInVain(Duration.ZERO)).isZero();
  }

  private static int looksInVain(Duration spinWait) throws Exception {
    AtomicInteger looksInVain = new AtomicInteger();
    AtomicBoolean asleep = new AtomicBoolean();
    try (EventLoops loops = new EventLoops(IoBackend.NIO, 1, "test", spinWait)) {
      EventLoopGroup group =
          loops.group(
              loop -> new SleepsUntilWoken((SingleThreadEventLoop) loop, looksInVain, asleep),
              "test");
      for (int task = 0; task < TASKS; task++) {
        group.submit(() -> {}).sync();
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).untilTrue(asleep);
      }
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
    }
    return looksInVain.get();
  }

  /** Has no sockets; counts how often it is to look without sleeping though there is no task. */
  @Test
  void aLoopGoesOnAfterAnErrorAndAllHearOfIt() {
    AtomicInteger told = new AtomicInteger();
    try (EventLoops loops = new EventLoops(IoBackend.NIO, 1, "test")) {
      loops.addFailureListener((loop, cause) -> {
        if (told.incrementAndGet() == 1) {
          throw new OutOfMemoryError("thrown by the test: there is none yet");
        }
      });
      AtomicInteger looksInVain = new AtomicInteger();
      AtomicBoolean asleep = new AtomicBoolean();
      AtomicBoolean failed = new AtomicBoolean();
      EventLoopGroup group =
          loops.group(
              executor ->
                  new SleepsUntilWoken((SingleThreadEventLoop) executor, looksInVain, asleep) {
                    @Override
                    public int run(IoHandlerContext context) {
                      if (failed.compareAndSet(false, true)) {
                        throw new OutOfMemoryError("thrown by the test");
                      }
                      return super.run(context);
                    }
                  },
              "test");
      CountDownLatch ran = new CountDownLatch(2);
      EventLoop loop = group.next();
      loop.execute(ran::countDown);
      await().until(() -> told.get() == 2);
      loop.execute(ran::countDown);
      await().until(() -> ran.getCount() == 0);
      assertThat(loop.isShuttingDown()).isFalse();
      group.shutdownGracefully();
    }
  }

  @Test
  void whatIsStrandedIsEndedByASleepingLoopAsSoonAsThereIsMemory() {
    try (EventLoops loops = new EventLoops(IoBackend.AUTO, 1, "test")) {
      EventLoop loop = loops.sockets().next();
      loop.submit(() -> {}).syncUninterruptibly();
      AtomicInteger tries = new AtomicInteger();
      AtomicInteger ended = new AtomicInteger();
      Stranded one =
          new Stranded() {
            @Override
            protected void end() {
              if (tries.incrementAndGet() < 4) {
                throw new OutOfMemoryError("thrown by the test: there is none yet");
              }
              ended.incrementAndGet();
            }
          };
      Stranded other =
          new Stranded() {
            @Override
            protected void end() {
              ended.incrementAndGet();
            }
          };
      for (int round = 1; round <= 20; round++) {
        int before = ended.get();
        one.endSoon(loop);
        other.endSoon(loop);
        await().pollInterval(Duration.ofMillis(5)).until(() -> ended.get() >= before + 2);
        tries.set(0);
      }
      assertThat(loop.isShuttingDown()).isFalse();
    }
  }

  private static class SleepsUntilWoken implements IoHandler {
    private final SingleThreadEventLoop loop;
    private final AtomicInteger looksInVain;
    private final AtomicBoolean asleep;
    private final Semaphore wakes = new Semaphore(0);

    SleepsUntilWoken(SingleThreadEventLoop loop, AtomicInteger looksInVain, AtomicBoolean asleep) {
      this.loop = loop;
      this.looksInVain = looksInVain;
      this.asleep = asleep;
    }

    @Override
    public int run(IoHandlerContext context) {
      if (context.canBlock()) {
        asleep.set(true);
        wakes.acquireUninterruptibly();
        wakes.drainPermits();
        asleep.set(false);
      } else if (loop.pendingTasks() == 0) {
        looksInVain.incrementAndGet();
      }
      return 0;
    }

    @Override
    public IoRegistration register(IoHandle handle) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void wakeup() {
      wakes.release();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return false;
    }

    @Override
    public void prepareToDestroy() {}

    @Override
    public void destroy() {}

    @Override
    public void initialize() {}
  }
}
