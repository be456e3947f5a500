package io.wirelace.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.config.HandlerCarrier;
import io.wirelace.dispatch.RunMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that write to a socket themselves. */
@Timeout(60)
class DirectSocketTest {
  private static final byte[] NOTHING = {};

  @BeforeEach
  void mustBeLinux() {
    Assumptions.assumeTrue(IoBackend.EPOLL.whyNot() == null, "skipped, no epoll here");
  }

  private static DirectSocket socketOf(Channel channel) throws Exception {
    return Objects.requireNonNull(
        channel.eventLoop().submit(() -> DirectSocket.of(channel)).get(), "no direct socket");
  }

  @Test
  void aLoneRequestLeavesThoughItsEventLoopIsBusy() throws Exception {
    CountDownLatch holding = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    try (Server server =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .route(
                    "work",
                    (session, message) -> {
                      arrived.countDown();
                      return message.body();
                    })
                .receive("hold", (session, message) -> session.send("hold", NOTHING))
                .start();
        Client client =
            Wirelace.client()
                .ioThreads(1)
                .receive(
                    "hold",
                    RunMode.INLINE,
                    (session, message) -> {
                      holding.countDown();
                      assertThat(isDown(arrived)).isTrue();
                    })
                .connect(server.uri())) {
      client.send("hold", NOTHING);
      assertThat(isDown(holding)).isTrue();
      assertThat(client.request("work", "w".getBytes(UTF_8))).asString(UTF_8).isEqualTo("w");
    }
  }

  @Test
  void aLoneAnswerLeavesThoughTheServersEventLoopIsBusy() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch holding = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    try (Server server =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .ioThreads(1)
                .handlerCarrier(HandlerCarrier.POOL)
                .route(
                    "work",
                    (session, message) -> {
                      asked.countDown();
                      assertThat(isDown(holding)).isTrue();
                      return message.body();
                    })
                .receive(
                    "hold",
                    RunMode.INLINE,
                    (session, message) -> {
                      holding.countDown();
                      assertThat(isDown(answered)).isTrue();
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      client.requestAsync("work", NOTHING).thenRun(answered::countDown);
      assertThat(isDown(asked)).isTrue();
      client.send("hold", NOTHING);
      assertThat(isDown(answered)).isTrue();
    }
  }

  private static boolean isDown(CountDownLatch latch) {
    try {
      return latch.await(20, java.util.concurrent.TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Notifications go by the loop, lone requests do not. */
  @Test
  void whatAThreadHasSentBeforeArrivesBefore() throws Exception {
    AtomicLong seen = new AtomicLong();
    Queue<String> wrong = new ConcurrentLinkedQueue<>();
    AtomicLong echoed = new AtomicLong();
    try (Server server =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .receive(
                    "n",
                    (session, message) -> {
                      long number = ByteBuffer.wrap(message.body()).getLong();
                      if (number != seen.incrementAndGet()) {
                        wrong.add("notification " + number + " as " + seen.get());
                      }
                    })
                .route(
                    "seen",
                    (session, message) -> {
                      session.send("told", message.body());
                      return ByteBuffer.allocate(8).putLong(seen.get()).array();
                    })
                .start();
        Client client =
            Wirelace.client()
                .receive(
                    "told",
                    (session, message) -> {
                      echoed.incrementAndGet();
                      session.send("bye", NOTHING); // from a handler, which its loop may carry
                    })
                .connect(server.uri())) {
      long sent = 0;
      for (int i = 0; i < 3_000; i++) {
        for (int n = 0; n < i % 4; n++) {
          client.send("n", ByteBuffer.allocate(8 + 700 * (i % 5)).putLong(++sent).array());
        }
        long answer = ByteBuffer.wrap(client.request("seen", NOTHING)).getLong();
        if (answer != sent) {
          wrong.add("request " + i + " found " + answer + " of " + sent);
        }
      }
      await().until(() -> echoed.get() == 3_000);
    }
    assertThat(wrong).isEmpty();
  }

  /** More than the kernel takes at once, so that the loop has to send the rest. */
  @Test
  void aPeerThatReadsLateGetsEveryByte() throws Exception {
    byte[] body = new byte[128 * 1024];
    AtomicInteger requests = new AtomicInteger();
    try (Server server =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0?receive-buffer=4096")
                .route(
                    "slow",
                    RunMode.INLINE,
                    (session, message) -> {
                      requests.incrementAndGet();
                      sleep(Duration.ofMillis(2));
                      return message.body();
                    })
                .start();
        Client client =
            Wirelace.connect(server.uri().replaceAll("\\?.*", "") + "?send-buffer=4096")) {
      for (int i = 0; i < 20; i++) {
        body[i] = (byte) i;
        assertThat(client.request("slow", body)).isEqualTo(body);
      }
    }
    assertThat(requests).hasValue(20);
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aChannelWhoseBytesAreChangedOnTheWayHasNone() throws Exception {
    try (EventLoops loops = new EventLoops(IoBackend.EPOLL, 1, "test")) {
      SocketAddress address = listen(loops, new Colours());
      Channel plain = connect(loops, address);
      Channel changed = connect(loops, address);
      changed.pipeline().addFirst(new ChannelOutboundHandlerAdapter());

      assertThat(socketOf(plain)).isNotNull();
      assertThat(changed.eventLoop().submit(() -> DirectSocket.of(changed)).get()).isNull();
    }
    try (EventLoops loops = new EventLoops(IoBackend.NIO, 1, "test")) {
      Channel other = connect(loops, listen(loops, new Colours()));
      assertThat(other.eventLoop().submit(() -> DirectSocket.of(other)).get()).isNull();
    }
  }

  @Test
  void aClosedSocketTakesNothing() throws Exception {
    try (EventLoops loops = new EventLoops(IoBackend.EPOLL, 1, "test")) {
      Channel channel = connect(loops, listen(loops, new Colours()));
      DirectSocket socket = socketOf(channel);
      assertThat(socket.write(colour(1), 0, 16)).isEqualTo(16);
      channel.close().sync();
      assertThat(socket.write(colour(1), 0, 16)).isZero();
    }
  }

  /** Connections come and go, so that descriptors are used again, while threads write to them. */
  @Test
  void nobodyWritesToADescriptorThatHasBecomeAnotherConnections() throws Exception {
    Colours colours = new Colours();
    AtomicBoolean over = new AtomicBoolean();
    try (EventLoops loops = new EventLoops(IoBackend.EPOLL, 1, "test")) {
      SocketAddress address = listen(loops, colours);
      AtomicReference<DirectSocket> current = new AtomicReference<>();
      AtomicInteger number = new AtomicInteger();
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        writers.add(Thread.ofPlatform().start(() -> write(current, number, over)));
      }
      for (int i = 1; i <= 2_000; i++) {
        Channel channel = connect(loops, address);
        DirectSocket socket = socketOf(channel);
        synchronized (number) { // the two belong together
          number.set(i);
          current.set(socket);
        }
        while (!colours.any()) {
          LockSupport.parkNanos(1);
          assertThat(Thread.interrupted()).as("out of time").isFalse();
        }
        channel.close(); // and on: the next is opened while they still write to this one
      }
      over.set(true);
      for (Thread writer : writers) {
        writer.join();
      }
    }
    assertThat(colours.mixed).hasValue(0);
  }

  private static void write(
      AtomicReference<DirectSocket> current, AtomicInteger number, AtomicBoolean over) {
    while (!over.get()) {
      DirectSocket socket;
      int colour;
      synchronized (number) {
        socket = current.get();
        colour = number.get();
      }
      if (socket == null) {
        Thread.onSpinWait();
        continue;
      }
      ByteBuffer bytes = colour(colour);
      try {
        for (int i = 0; i < 20; i++) {
          socket.write(bytes, 0, 16);
        }
        LockSupport.parkNanos(1); // the event loop has to read all that
      } catch (IOException e) {
        Thread.onSpinWait(); // the connection has ended, and the next one comes soon
      }
    }
  }

  private static ByteBuffer colour(int number) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(16);
    while (bytes.hasRemaining()) {
      bytes.put((byte) number);
    }
    return bytes;
  }

  /** Each connection has a colour, its first byte; another one has no business there. */
  @Sharable
  private static final class Colours extends ChannelInboundHandlerAdapter {
    final AtomicInteger mixed = new AtomicInteger();
    private final AtomicInteger seen = new AtomicInteger();
    private final io.netty.util.AttributeKey<@Nullable Byte> key =
        io.netty.util.AttributeKey.newInstance("colour-" + System.identityHashCode(this));

    boolean any() {
      return seen.getAndSet(0) > 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      seen.incrementAndGet();
      byte colour = bytes.getByte(bytes.readerIndex());
      Byte earlier = ctx.channel().attr(key).setIfAbsent(colour);
      byte first = earlier == null ? colour : earlier;
      if (bytes.forEachByte(each -> each == first) >= 0) {
        mixed.incrementAndGet();
      }
      bytes.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // reset, since it was closed with bytes under way
    }
  }

  private static SocketAddress listen(EventLoops loops, Colours colours) throws Exception {
    return new ServerBootstrap()
        .group(loops.sockets())
        .channel(loops.backend().serverSocket())
        .childHandler(colours)
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .sync()
        .channel()
        .localAddress();
  }

  private static Channel connect(EventLoops loops, SocketAddress address) throws Exception {
    return new Bootstrap()
        .group(loops.sockets())
        .channel(loops.backend().socket())
        .handler(new ChannelInboundHandlerAdapter())
        .connect(address)
        .sync()
        .channel();
  }
}
