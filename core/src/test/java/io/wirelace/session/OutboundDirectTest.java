package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An outbound queue whose senders write to the socket themselves now and then. The socket takes a
 * part, nothing or fails, as it likes; what it took and what the channel was given is one stream.
 */
@Timeout(60)
class OutboundDirectTest {
  private static final int THREADS = 6;
  private static final int LOOP = THREADS; // the event loop sends as well, as one more

  private final long seed = System.nanoTime(); // first: others are made with it
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
  private final Stream stream = new Stream();
  private final AtomicInteger finished = new AtomicInteger();
  private final AtomicLong discarded = new AtomicLong();
  private final Counters counters = new Counters();
  private final Outbound outbound = new Outbound(new Owner(), counters, 1 << 20, 1 << 16);
  private Channel channel;

  private final class Owner implements Outbound.Owner {
    @Override
    public boolean isOnLoop() {
      return channel.eventLoop().inEventLoop();
    }

    @Override
    public void onRoom() {}

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

  /** What has left, in its order, whoever wrote it. */
  private final class Stream extends ChannelOutboundHandlerAdapter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Random random = new Random(seed);
    final AtomicInteger writers = new AtomicInteger();
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    final Queue<Thread> direct = new ConcurrentLinkedQueue<>();
    volatile boolean moody;
    volatile Runnable beforeDirect = () -> {};

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ByteBuf buffer = (ByteBuf) message;
      byte[] part = new byte[buffer.readableBytes()];
      buffer.readBytes(part).release();
      add(part);
      if (!promise.isVoid()) {
        promise.setSuccess();
      }
    }

    int writeDirectly(ByteBuffer from, int start, int end) throws IOException {
      direct.add(Thread.currentThread());
      beforeDirect.run();
      int length = end - start;
      if (moody) {
        int mood;
        synchronized (random) {
          mood = random.nextInt(8);
          length = mood == 0 ? 0 : mood == 1 ? random.nextInt(length) : length;
        }
        if (mood == 2) {
          throw new IOException("a mood of the test");
        }
      }
      byte[] part = new byte[length];
      from.get(start, part);
      add(part);
      return length;
    }

    private void add(byte[] part) {
      if (writers.incrementAndGet() > 1) {
        wrong.add("two write at once");
      }
      synchronized (bytes) {
        bytes.writeBytes(part);
      }
      writers.decrementAndGet();
    }

    byte[] all() {
      synchronized (bytes) {
        return bytes.toByteArray();
      }
    }
  }

  @BeforeEach
  void connect() throws Exception {
    System.out.println("OutboundDirectTest by seed " + seed);
    LocalAddress address = new LocalAddress(OutboundDirectTest.class);
    new ServerBootstrap()
        .group(group)
        .channel(LocalServerChannel.class)
        .childHandler(new ChannelInboundHandlerAdapter())
        .bind(address)
        .sync();
    ChannelInboundHandlerAdapter handler = new ChannelInboundHandlerAdapter();
    channel =
        new Bootstrap()
            .group(group)
            .channel(LocalChannel.class)
            .handler(stream)
            .connect(address)
            .sync()
            .channel();
    channel.pipeline().addLast(handler);
    ChannelHandlerContext ctx = Objects.requireNonNull(channel.pipeline().context(handler));
    onLoop(() -> outbound.attach(ctx, stream::writeDirectly));
  }

  @AfterEach
  void end() throws Exception {
    onLoop(outbound::discard);
    channel.close().sync();
    group.shutdownGracefully(20, 2000, TimeUnit.MILLISECONDS).sync();
    assertThat(stream.wrong).isEmpty();
  }

  private void onLoop(Runnable task) throws Exception {
    channel.eventLoop().submit(task).sync();
  }

  private boolean send(int thread, int number, int size, boolean alone) {
    byte[] body = new byte[size];
    ByteBuffer.wrap(body).putInt(number);
    int type = FrameHeader.NOTIFICATION;
    int bytes = FrameEncoder.frameBytes(null, Headers.NONE, size, FrameHeader.MAX_LENGTH);
    return alone
        ? outbound.appendAndWrite(type, thread, null, Headers.NONE, body, bytes)
        : outbound.append(type, thread, null, Headers.NONE, body, bytes);
  }

  /** How many whole frames have left; each thread's are in its order. */
  private int frames() {
    int[] next = new int[THREADS + 1];
    AtomicInteger count = new AtomicInteger();
    FrameSink sink =
        new FrameSink() {
          @Override
          public void onFrame(Frame frame) {
            int thread = (int) frame.id();
            if (frame.payloadInt(0) != next[thread]++) {
              stream.wrong.add("frame " + frame.payloadInt(0) + " of " + thread);
            }
            count.incrementAndGet();
          }

          @Override
          public void onBatchEnd(int frames, int bytes) {}

          @Override
          public void onViolation(Fault fault) {
            stream.wrong.add(fault.toString());
          }
        };
    EmbeddedChannel reading =
        new EmbeddedChannel(new FrameDecoder(Role.SERVER, WireLimits.DEFAULT, sink));
    reading.writeInbound(Unpooled.wrappedBuffer(stream.all()));
    reading.finishAndReleaseAll();
    return count.get();
  }

  @Test
  void whoIsAloneWritesItself() {
    for (int i = 0; i < 100; i++) {
      assertThat(send(0, i, 8, true)).isTrue();
      assertThat(frames()).isEqualTo(i + 1);
    }
    assertThat(stream.direct).hasSize(100).containsOnly(Thread.currentThread());
    assertThat(counters.framesOut()).isEqualTo(100);
    assertThat(outbound.isQuiet()).isTrue();
  }

  @Test
  void largeFramesAreNotKeptForOthers() {
    List<Integer> sizes = List.of(100_000, 17 * 1024, 128 * 1024, 1024 * 1024, 8);
    for (int i = 0; i < sizes.size(); i++) {
      assertThat(send(0, i, sizes.get(i), true)).isTrue();
    }
    assertThat(frames()).isEqualTo(sizes.size());
    assertThat(stream.direct).hasSize(sizes.size());
  }

  @Test
  void aQueueThatIsToEndWhileSomebodyWritesEndsAfterThat() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch ending = new CountDownLatch(1);
    stream.beforeDirect =
        () -> {
          writing.countDown();
          assertThat(isDown(ending)).isTrue();
        };
    Thread sender = Thread.ofPlatform().start(() -> send(0, 0, 8, true));
    assertThat(isDown(writing)).isTrue();
    onLoop(outbound::finish);
    assertThat(finished).hasValue(0);
    ending.countDown();
    sender.join();
    await().until(() -> finished.get() == 1);
    assertThat(frames()).isEqualTo(1);
  }

  private static boolean isDown(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void whatIsLeftIsTheLoops() throws Exception {
    onLoop(() -> {
      send(LOOP, 0, 8, true); // the loop itself does as ever
      assertThat(stream.direct).isEmpty();
    });
    await().until(() -> frames() == 1);
    stream.moody = true;
    for (int i = 0; i < 200; i++) {
      assertThat(send(0, i, 400, true)).isTrue();
    }
    await().untilAsserted(() -> assertThat(frames()).isEqualTo(201));
    await().untilAsserted(() -> assertThat(counters.framesOut()).isEqualTo(201));
  }

  @Test
  void aBatchOfTheLoopGoesOnWhileSomebodyElseWrites() throws Exception {
    onLoop(() -> {
      outbound.beginBatch();
      send(LOOP, 0, 8, false);
    });
    send(0, 0, 8, true);
    assertThat(stream.direct).isEmpty(); // the loop is at it
    onLoop(outbound::endBatch);
    assertThat(frames()).isEqualTo(2);
  }

  private List<Thread> senders(int most, CountDownLatch go, AtomicLong accepted) {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      Random random = new Random(seed + t);
      Thread.Builder kind = t % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      threads.add(
          kind.start(() -> {
            try {
              go.await();
            } catch (InterruptedException e) {
              return;
            }
            for (int i = 0; i < most; i++) {
              while (!outbound.hasRoom() || random.nextInt(4) == 0) {
                LockSupport.parkNanos(1_000);
              }
              int size = i % 97 == 96 ? 40_000 : 4 + random.nextInt(300);
              if (!send(thread, i, size, random.nextBoolean())) {
                return;
              }
              accepted.incrementAndGet();
            }
          }));
    }
    return threads;
  }

  /** Batches of the loop, with some frames each, until told to stop. */
  private void batches(int most, AtomicInteger sent, AtomicLong accepted) {
    if (sent.get() < most) {
      outbound.beginBatch();
      for (int i = 0; i < 3; i++) {
        if (!send(LOOP, sent.get(), 30, i == 1)) {
          outbound.endBatch();
          return;
        }
        sent.incrementAndGet();
        accepted.incrementAndGet();
      }
      outbound.endBatch();
      channel.eventLoop().execute(() -> batches(most, sent, accepted));
    }
  }

  @RepeatedTest(3)
  void everyThreadsFramesLeaveInItsOrder() throws Exception {
    stream.moody = true;
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong accepted = new AtomicLong();
    AtomicInteger ofLoop = new AtomicInteger();
    List<Thread> threads = senders(2_000, go, accepted);
    go.countDown();
    onLoop(() -> batches(6_000, ofLoop, accepted));
    for (Thread thread : threads) {
      thread.join();
    }
    await().until(() -> ofLoop.get() >= 6_000);
    await().untilAsserted(() -> assertThat(counters.framesOut()).isEqualTo(accepted.get()));
    await().untilAsserted(() -> assertThat(outbound.queuedBytes()).isZero());
    assertThat(frames()).isEqualTo((int) accepted.get());
    assertThat(stream.direct).isNotEmpty();
  }

  @RepeatedTest(10)
  void finishDeliversExactlyWhatWasAccepted() throws Exception {
    stream.moody = true;
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong accepted = new AtomicLong();
    List<Thread> threads = senders(Integer.MAX_VALUE, go, accepted);
    go.countDown();
    await().until(() -> accepted.get() > 500);
    onLoop(outbound::finish);
    for (Thread thread : threads) {
      thread.join();
    }
    await().until(() -> finished.get() == 1);
    assertThat(frames()).isEqualTo((int) accepted.get());
    assertThat(discarded).hasValue(0);
    assertThat(send(0, 0, 8, true)).isFalse();
  }

  @RepeatedTest(10)
  void discardAccountsForEveryAcceptedFrame() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong accepted = new AtomicLong();
    List<Thread> threads = senders(Integer.MAX_VALUE, go, accepted);
    go.countDown();
    await().until(() -> accepted.get() > 500);
    onLoop(outbound::discard);
    for (Thread thread : threads) {
      thread.join();
    }
    await().untilAsserted(() -> assertThat(frames() + discarded.get()).isEqualTo(accepted.get()));
    assertThat(finished).hasValue(0);
    assertThat(send(0, 0, 8, true)).isFalse();
  }
}
