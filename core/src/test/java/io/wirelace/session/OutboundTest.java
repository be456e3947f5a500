package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Counters;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameDecoder;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.FrameSink;
import io.wirelace.wire.Headers;
import io.wirelace.wire.Role;
import io.wirelace.wire.WireLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Many threads write into one outbound queue, on a real event loop, with a reader that counts. */
class OutboundTest {
  private static final int THREADS = 12;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, LocalIoHandler.newFactory());
  private final Reader reader = new Reader();
  private final Witness witness = new Witness();
  private final Counters counters = new Counters();
  private final Outbound outbound = new Outbound(witness, counters, 1 << 20, 1 << 16);
  private final AtomicLong accepted = new AtomicLong();

  private Channel channel;

  private final class Witness implements Outbound.Owner {
    final AtomicInteger finished = new AtomicInteger();
    final AtomicLong discarded = new AtomicLong();
    final AtomicInteger rooms = new AtomicInteger();

    @Override
    public boolean isOnLoop() {
      return channel.eventLoop().inEventLoop();
    }

    @Override
    public void onRoom() {
      rooms.incrementAndGet();
    }

    @Override
    public void onFinished() {
      finished.incrementAndGet();
    }

    @Override
    public void onDiscarded(long messages) {
      discarded.addAndGet(messages);
    }

    @Override
    public void onBroken(Throwable cause) {
      throw new AssertionError(cause);
    }
  }

  /** Decodes what arrives, and checks each thread's order. */
  private static final class Reader implements FrameSink {
    final int[] next = new int[THREADS];
    final AtomicLong frames = new AtomicLong();
    final AtomicInteger wrong = new AtomicInteger();

    @Override
    public void onFrame(Frame frame) {
      int thread = (int) frame.id();
      if (frame.payloadInt(0) != next[thread]++) {
        wrong.incrementAndGet();
      }
      frames.incrementAndGet();
    }

    @Override
    public void onBatchEnd(int count, int bytes) {}

    @Override
    public void onViolation(Fault fault) {
      wrong.incrementAndGet();
    }
  }

  /** Drains again when the channel has room, as the session's handler does. */
  private final class Pump extends ChannelInboundHandlerAdapter {
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (ctx.channel().isWritable()) {
        outbound.drain();
      }
    }
  }

  @BeforeEach
  void connect() throws Exception {
    LocalAddress address = new LocalAddress(OutboundTest.class);
    new ServerBootstrap()
        .group(group)
        .channel(LocalServerChannel.class)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel accepting) {
                accepting
                    .pipeline()
                    .addLast(new FrameDecoder(Role.SERVER, WireLimits.DEFAULT, reader));
              }
            })
        .bind(address)
        .sync();
    channel =
        new Bootstrap()
            .group(group)
            .channel(LocalChannel.class)
            .handler(new Pump())
            .connect(address)
            .sync()
            .channel();
    ChannelHandlerContext ctx = Objects.requireNonNull(channel.pipeline().context(Pump.class));
    channel.eventLoop().submit(() -> outbound.attach(ctx)).sync();
  }

  @AfterEach
  void end() throws Exception {
    channel.eventLoop().submit(outbound::discard).sync();
    channel.close().sync();
    await().untilAsserted(() -> assertThat(outbound.queuedBytes()).isZero());
    group.shutdownGracefully(20, 2000, java.util.concurrent.TimeUnit.MILLISECONDS).sync();
    assertThat(reader.wrong).hasValue(0);
  }

  private boolean append(int thread, int number, int size) {
    byte[] body = new byte[size];
    ByteBuffer.wrap(body).putInt(number);
    return outbound.append(
        FrameHeader.NOTIFICATION,
        thread,
        null,
        Headers.NONE,
        body,
        FrameEncoder.frameBytes(null, Headers.NONE, size, FrameHeader.MAX_LENGTH));
  }

  /** Starts threads that append until told to stop or refused. */
  private List<Thread> senders(int most, CountDownLatch go) {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      Thread.Builder kind = t % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      threads.add(
          kind.start(() -> {
            try {
              go.await();
            } catch (InterruptedException e) {
              return;
            }
            for (int i = 0; i < most; i++) {
              // Small, over a chunk's start size, and large enough for a chunk of its own.
              while (!outbound.hasRoom()) {
                LockSupport.parkNanos(50_000);
              }
              int size = i % 97 == 96 ? 40_000 : i % 13 == 12 ? 2_000 : 4 + i % 60;
              if (!append(thread, i, size)) {
                return;
              }
              accepted.incrementAndGet();
            }
          }));
    }
    return threads;
  }

  @RepeatedTest(3)
  void everyThreadsFramesArriveInItsOrder() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = senders(4_000, go);
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    await().untilAsserted(() -> assertThat(reader.frames).hasValue(THREADS * 4_000L));
    assertThat(accepted).hasValue(THREADS * 4_000L);
    await().untilAsserted(() -> assertThat(counters.framesOut()).isEqualTo(THREADS * 4_000L));
    await().untilAsserted(() -> assertThat(outbound.queuedBytes()).isZero());
    assertThat(outbound.hasRoom()).isTrue();
    assertThat(outbound.isBackedUp()).isFalse();
  }

  @RepeatedTest(10)
  void finishDeliversExactlyWhatWasAccepted() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = senders(Integer.MAX_VALUE, go);
    go.countDown();
    await().until(() -> reader.frames.get() > 500);
    channel.eventLoop().submit(outbound::finish).sync();
    for (Thread thread : threads) {
      thread.join();
    }
    await().until(() -> witness.finished.get() == 1);
    await().untilAsserted(() -> assertThat(reader.frames).hasValue(accepted.get()));
    assertThat(witness.discarded).hasValue(0);
    assertThat(append(0, 0, 4)).isFalse();
  }

  @RepeatedTest(10)
  void discardAccountsForEveryAcceptedFrame() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = senders(Integer.MAX_VALUE, go);
    go.countDown();
    await().until(() -> reader.frames.get() > 500);
    channel.eventLoop().submit(outbound::discard).sync();
    for (Thread thread : threads) {
      thread.join();
    }
    await()
        .untilAsserted(() ->
            assertThat(reader.frames.get() + witness.discarded.get()).isEqualTo(accepted.get()));
    assertThat(witness.finished).hasValue(0);
    assertThat(append(0, 0, 4)).isFalse();
  }

  @Test
  void nothingIsTakenAfterFinishingAnEmptyQueue() throws Exception {
    channel.eventLoop().submit(outbound::finish).sync();
    assertThat(witness.finished).hasValue(1);
    assertThat(append(0, 0, 4)).isFalse();
  }

  @Test
  void whatIsSentInOneBatchOfTheLoopLeavesTogether() throws Exception {
    channel
        .eventLoop()
        .submit(() -> {
          outbound.beginBatch();
          for (int i = 0; i < 10; i++) {
            assertThat(append(0, i, 8)).isTrue();
          }
          assertThat(counters.framesOut()).isZero();
          outbound.endBatch();
          assertThat(counters.framesOut()).isEqualTo(10);
        })
        .sync();
    await().untilAsserted(() -> assertThat(reader.frames).hasValue(10));
  }

  @Test
  void largeMessagesLetOthersOfTheLoopHaveTheirTurn() throws Exception {
    int messages = 8;
    AtomicLong sentAtOthersTurn = new AtomicLong();
    channel
        .eventLoop()
        .submit(() -> {
          for (int i = 0; i < messages; i++) {
            assertThat(append(0, i, 512 * 1024)).isTrue();
          }
          channel.eventLoop().execute(() -> sentAtOthersTurn.set(counters.framesOut()));
        })
        .sync();
    await().untilAsserted(() -> assertThat(reader.frames).hasValue(messages));
    assertThat(sentAtOthersTurn.get()).isBetween(1L, 3L);
  }

  @Test
  void whatIsALittleMoreThanAChunkIsOneWriteOnceThatIsKnown() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                writes.incrementAndGet();
                ctx.write(message, promise);
              }
            });
    int batches = 20;
    int each = 16; // of 77 bytes: 1,232, and the first chunk has 1,024
    for (int batch = 0; batch < batches; batch++) {
      int from = batch * each;
      channel
          .eventLoop()
          .submit(() -> {
            outbound.beginBatch();
            for (int i = 0; i < each; i++) {
              assertThat(append(0, from + i, 64)).isTrue();
            }
            outbound.endBatch();
          })
          .sync();
    }
    await().untilAsserted(() -> assertThat(reader.frames).hasValue((long) batches * each));
    assertThat(writes).hasValue(batches + 1);
  }
}
