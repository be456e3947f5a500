package io.wirelace.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.config.HandlerCarrier;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.Session;
import io.wirelace.transport.VirtualThreads;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Handlers whose virtual thread an event loop carries. There is one loop, so whoever held it would
 * hold everybody.
 */
class LoopCarrierTest {
  private static final byte[] NOTHING = {};

  /** A loop that lost its processor is left alone for a second, then for two, and so on. */
  private static final Duration RESTS = Duration.ofSeconds(30);

  @BeforeEach
  void mustBeAllowed() {
    Assumptions.assumeTrue(
        VirtualThreads.whyNotCarried().isEmpty(),
        () -> "skipped, not in this JVM: " + VirtualThreads.whyNotCarried());
  }

  private static ServerBuilder server(HandlerCarrier carrier) {
    return Wirelace.server()
        .listen("tcp://127.0.0.1:0")
        .ioThreads(1)
        .handlerCarrier(carrier)
        .route("carrier", (session, message) -> bytes(carrier()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** A virtual thread's text ends with the name of what carries it. */
  private static String carrier() {
    Thread current = Thread.currentThread();
    return (current.isVirtual() ? "virtual on " : "") + current.toString().split("@", 2)[1];
  }

  private static String carrierOf(Client client) {
    return new String(client.request("carrier", NOTHING), UTF_8);
  }

  /**
   * Some requests one after the other, since a processor that has slept is slow at first; several
   * in a row, since one of them may have been slower than what is just quick enough.
   */
  private static boolean comesToTheLoop(Client client) {
    int inARow = 0;
    for (int i = 0; i < 400 && inARow < 20; i++) {
      inARow = carrierOf(client).startsWith("virtual on lace-io") ? inARow + 1 : 0;
    }
    return inARow == 20;
  }

  @Test
  void handlersAreVirtualThreadsOnTheLoopOrInThePoolAsIsSaid() {
    try (Server onLoop = server(HandlerCarrier.LOOP).start();
        Server inPool = server(HandlerCarrier.POOL).start();
        Client first = Wirelace.connect(onLoop.uri());
        Client second = Wirelace.connect(inPool.uri())) {
      for (int i = 0; i < 200; i++) {
        assertThat(carrierOf(first)).startsWith("virtual on lace-io");
        assertThat(carrierOf(second)).startsWith("virtual on ForkJoinPool");
      }
    }
  }

  @Test
  void quickHandlersComeToTheLoopAndSlowOnesLeaveIt() {
    try (Server server =
            server(HandlerCarrier.AUTO)
                .route(
                    "compute",
                    (session, message) -> {
                      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
                      while (System.nanoTime() - until < 0) {
                        Thread.onSpinWait();
                      }
                      return bytes(carrier());
                    })
                .start();
        Client client = Wirelace.connect(server.uri());
        Client other = Wirelace.connect(server.uri())) {
      assertThat(carrierOf(client)).startsWith("virtual on ForkJoinPool");
      await().atMost(RESTS).until(() -> comesToTheLoop(client));
      await()
          .until(
              () -> new String(client.request("compute", NOTHING), UTF_8),
              carrier -> carrier.startsWith("virtual on ForkJoinPool"));
      await().atMost(RESTS).until(() -> comesToTheLoop(other));
    }
  }

  @Test
  void aMailboxThatIsNeverEmptyComesToTheLoopToo() {
    Queue<String> carriers = new ConcurrentLinkedQueue<>();
    AtomicInteger count = new AtomicInteger();
    try (Server server =
            server(HandlerCarrier.AUTO)
                .receive(
                    "n",
                    (session, message) -> {
                      if ((count.incrementAndGet() & 0x3FF) == 0) {
                        carriers.add(carrier());
                      }
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      await()
          .until(() -> {
            for (int i = 0; i < 50_000; i++) {
              client.send("n", NOTHING);
            }
            return carriers.stream().anyMatch(carrier -> carrier.startsWith("virtual on lace-io"));
          });
    }
  }

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
  void whatHandlersStartIsCarriedByThePool() {
    try (Server server =
            server(HandlerCarrier.LOOP)
                .route(
                    "child",
                    (session, message) -> {
                      CompletableFuture<String> said = new CompletableFuture<>();
                      Thread.startVirtualThread(() -> said.complete(carrier()));
                      return bytes(said.get());
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      assertThat(client.request("child", NOTHING))
          .asString(UTF_8)
          .startsWith("virtual on ForkJoinPool");
    }
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
  void aHandlerThatGoesOnAfterItsLoopHasEndedIsCarriedByThePool() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<String> said = new CompletableFuture<>();
    Server server =
        server(HandlerCarrier.LOOP)
            .drainTimeout(Duration.ofMillis(50))
            .set("close-timeout", "50ms")
            .receive(
                "stay",
                (session, message) -> {
                  entered.countDown();
                  boolean interrupted = true;
                  while (interrupted) {
                    try {
                      go.await();
                      interrupted = false;
                    } catch (InterruptedException e) {
                      // the server does not want to wait; this handler does
                    }
                  }
                  said.complete(carrier());
                })
            .start();
    try (server;
        Client client = Wirelace.client().set("close-timeout", "50ms").connect(server.uri())) {
      client.send("stay", NOTHING);
      entered.await();
    }
    await()
        .until(() ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("lace-io")));
    go.countDown();
    assertThat(said.get(10, TimeUnit.SECONDS)).startsWith("virtual on ForkJoinPool");
  }

  /** Also where the JVM would allow another: no handler can stop a loop. */
  @Test
  void byDefaultHandlersThatComputeStopNobody() throws Exception {
    AtomicBoolean go = new AtomicBoolean();
    CountDownLatch entered = new CountDownLatch(1);
    try (Server server =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .ioThreads(1)
                .route("carrier", (session, message) -> bytes(carrier()))
                .inline("alive", (session, message) -> NOTHING)
                .route(
                    "compute",
                    (session, message) -> {
                      entered.countDown();
                      while (!go.get() && !Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                      }
                      return bytes(go.get() ? "told" : "interrupted");
                    })
                .receive("seen", (session, message) -> go.set(true))
                .start();
        Client client = Wirelace.connect(server.uri());
        Client other = Wirelace.connect(server.uri())) {
      for (int i = 0; i < 500; i++) {
        assertThat(carrierOf(client)).startsWith("virtual on ForkJoinPool");
      }
      CompletableFuture<byte[]> quick = client.requestAsync("carrier", NOTHING);
      CompletableFuture<byte[]> slow =
          client.requestAsync("compute", NOTHING, Duration.ofSeconds(2));
      assertThat(quick).succeedsWithin(Duration.ofSeconds(30)); // it computes until its deadline
      entered.await();
      assertThat(other.request("alive", NOTHING, Duration.ofSeconds(30))).isEmpty();
      assertThat(slow).failsWithin(Duration.ofSeconds(30));
      assertThat(client.request("carrier", NOTHING, Duration.ofSeconds(30))).isNotEmpty();
    } finally {
      go.set(true);
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

  /** To be run in a JVM of its own. */
  static final class Starting {
    private Starting() {}

    public static void main(String[] carriers) {
      for (String carrier : carriers) {
        try (Server server =
                Wirelace.server()
                    .listen("memory://starting")
                    .set("handler-carrier", carrier)
                    .start();
            Client client = Wirelace.connect(server.uri())) {
          client.send("", NOTHING);
          System.out.println(carrier + " works");
        } catch (WirelaceException e) {
          System.out.println(e.fault().message());
        }
      }
    }
  }

  @Test
  void whereTheJvmForbidsItTheLoopIsRefusedAndAutoTakesThePool() throws Exception {
    Process forbidding =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
                Starting.class.getName(),
                "auto",
                "loop")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(forbidding.inputReader(UTF_8).lines())
        .containsExactly(
            "auto works",
            "handler-carrier: loop (expected auto or pool in this JVM, since the JVM was not started"
                + " with --add-opens java.base/java.lang=ALL-UNNAMED)");
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
  void aBatchThatTakesLongLeavesTheLoop() {
    Queue<String> carriers = new ConcurrentLinkedQueue<>();
    try (Server server =
            server(HandlerCarrier.AUTO)
                .receive(
                    "n",
                    (session, message) -> {
                      if (message.text().equals("slow")) {
                        carriers.add(carrier());
                        long until = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(100);
                        while (System.nanoTime() - until < 0) {
                          Thread.onSpinWait();
                        }
                      }
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      await()
          .atMost(RESTS)
          .until(() -> {
            carriers.clear();
            boolean onLoop = comesToTheLoop(client);
            for (int i = 0; i < 300; i++) {
              client.send("n", bytes("slow"));
            }
            client.request("carrier", NOTHING);
            List<String> told = List.copyOf(carriers);
            return onLoop
                && told.getFirst().startsWith("virtual on lace-io")
                && told.getLast().startsWith("virtual on ForkJoinPool");
          });
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
