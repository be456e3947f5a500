package io.wirelace.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.config.HandlerCarrier;
import io.wirelace.session.Session;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What handlers may do though an event loop carries their virtual thread. There is one loop, so
 * whoever held it would hold everybody.
 */
class CarriedHandlersTest extends CarriedCase {
  @Test
  void aHandlerThatWaitsLeavesTheLoopToOthers() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Object monitor = new Object();
    AtomicInteger entered = new AtomicInteger();
    try (Server server =
            server(HandlerCarrier.LOOP)
                .route(
                    "wait",
                    (session, message) -> {
                      entered.incrementAndGet();
                      synchronized (monitor) {
                        go.await();
                      }
                      return bytes(carrier());
                    })
                .route(
                    "go",
                    (session, message) -> {
                      go.countDown();
                      return NOTHING;
                    })
                .start();
        Client first = Wirelace.connect(server.uri());
        Client second = Wirelace.connect(server.uri());
        Client third = Wirelace.connect(server.uri())) {
      List<CompletableFuture<byte[]>> waiting =
          List.of(first.requestAsync("wait", NOTHING), second.requestAsync("wait", NOTHING));
      await().until(() -> entered.get() == 2);
      third.request("go", NOTHING);
      for (CompletableFuture<byte[]> answer : waiting) {
        assertThat(answer.get(10, TimeUnit.SECONDS))
            .asString(UTF_8)
            .startsWith("virtual on ForkJoinPool");
      }
    }
  }

  @Test
  void aHandlerMayAskItsPeerOnTheLoopThatCarriesIt() {
    try (Server server =
            server(HandlerCarrier.LOOP)
                .route("ask", (session, message) -> session.request("name", NOTHING))
                .start();
        Client client =
            Wirelace.client()
                .handlerCarrier(HandlerCarrier.LOOP)
                .route("name", (session, message) -> bytes("client"))
                .connect(server.uri())) {
      for (int i = 0; i < 100; i++) {
        assertThat(client.request("ask", NOTHING)).asString(UTF_8).isEqualTo("client");
      }
    }
  }

  @Test
  void orderHoldsWhereSomeHandlersWaitAndOthersDoNot() {
    Queue<Integer> order = new ConcurrentLinkedQueue<>();
    try (Server server =
            server(HandlerCarrier.LOOP)
                .receive(
                    "n",
                    (session, message) -> {
                      int number = Integer.parseInt(message.text());
                      if (number % 7 == 0) {
                        LockSupport.parkNanos(1_000);
                      }
                      order.add(number);
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      for (int i = 0; i < 5_000; i++) {
        client.send("n", bytes(Integer.toString(i)));
      }
      await().until(() -> order.size() == 5_000);
    }
    assertThat(order).containsExactlyElementsOf(IntStream.range(0, 5_000).boxed().toList());
  }

  @Test
  void muchThatIsAnsweredIsSentBeforeTheLastMessageIsHandled() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    byte[] answer = new byte[4 * 1024];
    try (Server server =
            server(HandlerCarrier.LOOP)
                .route(
                    "r",
                    (session, message) -> {
                      if (message.text().equals("last")) {
                        first.await(); // the answers before it have arrived meanwhile
                      }
                      return answer;
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      for (int i = 0; i < 16; i++) {
        client.requestAsync("r", bytes("x")).thenRun(first::countDown);
      }
      assertThat(client.request("r", bytes("last"), Duration.ofSeconds(10))).hasSize(answer.length);
    }
  }

  @Test
  void aHandlerMayPollForWhatItAsked() {
    try (Server server =
            server(HandlerCarrier.LOOP)
                .route(
                    "poll",
                    (session, message) -> {
                      CompletableFuture<byte[]> name = session.requestAsync("name", NOTHING);
                      while (!name.isDone()) {
                        Thread.onSpinWait();
                      }
                      return name.join();
                    })
                .start();
        Client client =
            Wirelace.client()
                .handlerCarrier(HandlerCarrier.LOOP)
                .ioThreads(1)
                .route("name", (session, message) -> bytes("Ada"))
                .route(
                    "connect",
                    (session, message) -> {
                      CompletableFuture<Client> second =
                          Wirelace.client().ioThreads(1).connectAsync(server.uri());
                      while (!second.isDone()) {
                        Thread.onSpinWait();
                      }
                      second.join().close();
                      return NOTHING;
                    })
                .connect(server.uri())) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.request("poll", NOTHING, Duration.ofSeconds(20)))
            .asString(UTF_8)
            .isEqualTo("Ada");
      }
      assertThat(
              server
                  .sessions()
                  .iterator()
                  .next()
                  .requestAsync("connect", NOTHING, Duration.ofSeconds(20)))
          .succeedsWithin(Duration.ofSeconds(30));
    }
  }

  @Test
  void whatHandlersStartDoesNotHoldTheirSessionWhenThatHasEnded() {
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<WeakReference<Session>> ended = new AtomicReference<>();
    AtomicReference<Thread> child = new AtomicReference<>();
    try (Server server =
        server(HandlerCarrier.LOOP)
            .route(
                "child",
                (session, message) -> {
                  ended.set(new WeakReference<>(session));
                  child.set(
                      Thread.startVirtualThread(() -> {
                        try {
                          go.await();
                        } catch (InterruptedException e) {
                          Thread.currentThread().interrupt();
                        }
                      }));
                  return bytes(carrier());
                })
            .start()) {
      try (Client client = Wirelace.connect(server.uri())) {
        assertThat(client.request("child", NOTHING)).asString(UTF_8).contains("lace-io");
      }
      try (Client next = Wirelace.connect(server.uri())) { // the loop forgets the last one's
        assertThat(carrierOf(next)).contains("lace-io");
      }
      await()
          .atMost(RESTS)
          .until(() -> {
            System.gc();
            return Objects.requireNonNull(ended.get()).get() == null;
          });
      assertThat(Objects.requireNonNull(child.get()).isAlive()).isTrue();
    } finally {
      go.countDown();
    }
  }

  /** The loop would wait for the lock, and its holder for the loop. */
  @Test
  void aHandlerThatWaitsWithALockDoesNotNeedTheLoopToLetItGo() {
    ReentrantLock lock = new ReentrantLock();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Server server =
            server(HandlerCarrier.LOOP)
                .route(
                    "holds",
                    (session, message) -> {
                      lock.lock();
                      try {
                        held.countDown();
                        go.await();
                      } finally {
                        lock.unlock();
                      }
                      return NOTHING;
                    })
                .inline(
                    "wants",
                    (session, message) -> {
                      go.countDown();
                      lock.lock(); // what an inline handler should not do, and a logger may
                      try {
                        return NOTHING;
                      } finally {
                        lock.unlock();
                      }
                    })
                .start();
        Client first = Wirelace.connect(server.uri());
        Client second = Wirelace.connect(server.uri())) {
      CompletableFuture<byte[]> holding = first.requestAsync("holds", NOTHING);
      await().until(() -> held.getCount() == 0);
      assertThat(second.request("wants", NOTHING, Duration.ofSeconds(10))).isEmpty();
      assertThat(holding).succeedsWithin(Duration.ofSeconds(10));
    }
  }

  @Test
  void threadsOfHandlersThatWaitForRoomGoOn() throws Exception {
    int messages = 2_000;
    byte[] body = new byte[4 * 1024];
    AtomicInteger arrived = new AtomicInteger();
    try (Server server =
            server(HandlerCarrier.LOOP)
                .receive(
                    "flood",
                    (session, message) ->
                        Thread.startVirtualThread(() -> {
                          for (int i = 0; i < messages; i++) {
                            session.send("n", body);
                          }
                        }))
                .route("echo", (session, message) -> message.body())
                .start();
        Client client =
            Wirelace.client()
                .receive("n", RunMode.INLINE, (session, message) -> arrived.incrementAndGet())
                .connect(server.uri())) {
      client.send("flood", NOTHING);
      for (int i = 0; i < 200; i++) {
        for (int j = 0; j < 100; j++) {
          client.requestAsync("echo", bytes("x"));
        }
        client.request("echo", body);
      }
      await().until(() -> arrived.get() == messages);
    }
  }

  /** One message a read, at any moment of the end of the thread before it. */
  @Test
  @SuppressWarnings("ThreadPriorityCheck") // a way off the loop
  void aThreadThatEndsWhileTheNextOneBeginsHarmsNothing() {
    int messages = 100_000;
    long seed = System.nanoTime();
    Random random = new Random(seed);
    AtomicInteger handled = new AtomicInteger();
    try (Server server =
            server(HandlerCarrier.LOOP)
                .receive(
                    "n",
                    (session, message) -> {
                      handled.incrementAndGet();
                      Thread.yield(); // it ends in the pool
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      for (int i = 0; i < messages; i++) {
        client.send("n", NOTHING);
        long until = System.nanoTime() + random.nextInt(20_000);
        while (System.nanoTime() - until < 0) {
          Thread.onSpinWait();
        }
      }
      await().until(() -> handled.get() == messages);
    } catch (Throwable e) {
      throw new AssertionError("seed " + seed, e);
    }
  }
}
