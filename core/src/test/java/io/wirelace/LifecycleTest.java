package io.wirelace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.dispatch.RunMode;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.session.AnswerCallback;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of servers and clients that are started, closed and crossed in every order. */
class LifecycleTest {
  private static void fails(int code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(code));
  }

  private static ServerBuilder tcp() {
    return Wirelace.server().listen("tcp://127.0.0.1:0").defaultRoute((s, m) -> m.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://127.0.0.1:0", "memory://threads", "udp://127.0.0.1:0"})
  void noThreadOfEventLoopsIsLeftWhenTheLastCloseHasReturned(String uri) {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Server server =
        Wirelace.server().listen(uri).defaultRoute((session, message) -> message.body()).start();
    // As nobody else has: these loops are not shared with another test's clients.
    Client first = Wirelace.client().ioThreads(3).connect(server.uri());
    Client last = Wirelace.client().ioThreads(3).connect(server.uri());
    assertThat(first.request("", new byte[1])).hasSize(1);
    first.close();
    assertThat(last.request("", new byte[1])).hasSize(1);
    last.close();
    assertThat(threadsSince(before)).noneMatch(name -> name.startsWith("lace-client"));
    server.close();
    assertThat(threadsSince(before)).noneMatch(name -> name.startsWith("lace-io"));
  }

  private static List<String> threadsSince(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread))
        .map(Thread::getName)
        .toList();
  }

  @Test
  void startingTwiceIsRefusedAndTheServerRunsOn() {
    try (Server server = tcp().start()) {
      fails(-661, server::start);
      assertThat(server.isRunning()).isTrue();
      try (Client client = Wirelace.connect(server.uri())) {
        assertThat(client.request("", new byte[1])).hasSize(1);
      }
    }
  }

  @Test
  void clientsThatAskForOneLoopShareIt() {
    try (Server server = tcp().start();
        Client first = Wirelace.client().ioThreads(1).connect(server.uri());
        Client second = Wirelace.client().ioThreads(1).connect(server.uri());
        Client other = Wirelace.client().ioThreads(2).connect(server.uri())) {
      assertThat(loopOf(second)).isEqualTo(loopOf(first));
      assertThat(loopOf(other)).isNotEqualTo(loopOf(first));
    }
    fails(-664, () -> Wirelace.client().ioThreads(-1));
    fails(-664, () -> Wirelace.client().ioThreads(1025));
  }

  private static Thread loopOf(Client client) {
    CompletableFuture<Thread> loop = new CompletableFuture<>();
    client.requestAsync(
        "",
        new byte[1],
        new AnswerCallback() {
          @Override
          public void onAnswer(byte[] body) {
            loop.complete(Thread.currentThread());
          }

          @Override
          public void onFailure(Fault fault) {
            loop.completeExceptionally(fault.toException());
          }
        });
    return loop.orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Test
  void anInterruptedThreadStillDrainsAndFindsItsInterruptAfterwards() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Server server =
        tcp()
            .route(
                "slow",
                (session, message) -> {
                  running.countDown();
                  release.await();
                  return message.body();
                })
            .start();
    try (Client client = Wirelace.connect(server.uri())) {
      CompletableFuture<byte[]> answer = client.requestAsync("slow", new byte[] {7});
      assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
      AtomicBoolean stillInterrupted = new AtomicBoolean();
      Thread closer =
          Thread.ofPlatform()
              .start(() -> {
                Thread.currentThread().interrupt();
                server.close();
                stillInterrupted.set(Thread.interrupted());
              });
      await().until(() -> !server.isRunning());
      release.countDown();
      assertThat(answer.get(10, TimeUnit.SECONDS)).containsExactly(7);
      closer.join();
      assertThat(stillInterrupted).isTrue();
    }
  }

  @Test
  void closingWhileStartingLeavesNothingOpen() throws Exception {
    for (int i = 0; i < 50; i++) {
      Server server = tcp().listen("tcp://127.0.0.1:0", "memory://closing-" + i).build();
      Thread closer = Thread.ofPlatform().start(server::close);
      try {
        server.start();
      } catch (WirelaceException e) {
        assertThat(e.fault().number()).isEqualTo(-663);
      }
      closer.join();
      assertThat(server.isRunning()).isFalse();
      // The name is free again: whatever was bound has been closed.
      Wirelace.server().listen("memory://closing-" + i).start().close();
    }
  }

  @Test
  void closingTwiceIsClosingOnce() {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    Server server = tcp().on(events::add).start();
    server.close();
    server.close();
    assertThat(server.isRunning()).isFalse();
    assertThat(events.stream().filter(e -> e instanceof Event.Stopped).count()).isEqualTo(1);
  }

  @Test
  void aServerClosedBeforeItsStartStaysClosed() {
    Server server = tcp().build();
    assertThat(server.isRunning()).isFalse();
    fails(-660, server::uri);
    server.close();
    fails(-663, server::start);
    server.close();
  }

  @Test
  void aServerThatWasClosedDoesNotStartAgain() {
    Server server = tcp().start();
    server.close();
    fails(-663, server::start);
  }

  @Test
  void aHandlerMayCloseItsServerAndStillAnswers() throws Exception {
    AtomicReference<Server> self = new AtomicReference<>();
    try (Server server =
        Wirelace.server()
            .listen("tcp://127.0.0.1:0")
            .route(
                "stop",
                (session, message) -> {
                  Objects.requireNonNull(self.get()).close();
                  return message.body();
                })
            .start()) {
      self.set(server);
      try (Client client = Wirelace.connect(server.uri())) {
        assertThat(client.request("stop", new byte[] {7})).containsExactly(7);
      }
      CountDownLatch over = new CountDownLatch(1);
      Thread.ofVirtual()
          .start(() -> {
            try {
              server.awaitShutdown();
              over.countDown();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aHandlerThatRenamedItsThreadMayCloseItsServerAndItsClient() {
    AtomicReference<Server> self = new AtomicReference<>();
    try (Server server =
        Wirelace.server()
            .listen("tcp://127.0.0.1:0")
            .drainTimeout(Duration.ofMinutes(5)) // what a close that waits for itself takes
            .route(
                "stop",
                (session, message) -> {
                  Thread.currentThread().setName("mine");
                  Objects.requireNonNull(self.get()).close();
                  return message.body();
                })
            .route(
                "call back",
                RunMode.CONCURRENT,
                (session, message) -> session.request("leave", message.body()))
            .start()) {
      self.set(server);
      AtomicReference<Client> leaving = new AtomicReference<>();
      try (Client client =
          Wirelace.client()
              .set("close-timeout", "5m")
              .route(
                  "leave",
                  RunMode.CONCURRENT,
                  (session, message) -> {
                    Thread.currentThread().setName("mine");
                    Objects.requireNonNull(leaving.get()).close();
                    return message.body();
                  })
              .connect(server.uri())) {
        leaving.set(client);
        var unused = client.tryRequest("call back", new byte[1], Duration.ofSeconds(20));
        assertThat(client.whenClosed().toCompletableFuture())
            .succeedsWithin(Duration.ofSeconds(30));
      }
      try (Client client = Wirelace.connect(server.uri())) {
        assertThat(client.request("stop", new byte[] {7})).containsExactly(7);
      }
    }
  }

  /** The callback runs on an event loop, which would wait for what only it can bring about. */
  @Test
  void whatWouldBlockAnEventLoopIsRefusedThere() {
    try (Server server = tcp().start();
        Server other = tcp().build();
        Client client = Wirelace.client().ioThreads(1).connect(server.uri())) {
      ClientBuilder sameLoop = Wirelace.client().ioThreads(1);
      refusedInACallbackOf(client, () -> sameLoop.connect(server.uri()).close());
      refusedInACallbackOf(client, () -> Wirelace.connect(server.uri()).close());
      refusedInACallbackOf(client, other::start);
      refusedInACallbackOf(client, server::awaitShutdown);
      refusedInACallbackOf(client, () -> client.request("", new byte[1]));
      other.start(); // it was not spent
      assertThat(
              client
                  .requestAsync("", new byte[1])
                  .thenCompose(body -> sameLoop.connectAsync(server.uri()))
                  .thenAccept(Client::close))
          .succeedsWithin(Duration.ofSeconds(20));
    }
  }

  private static void refusedInACallbackOf(Client client, ThrowingCallable call) {
    CompletableFuture<Void> refused = new CompletableFuture<>();
    client.requestAsync(
        "",
        new byte[1],
        new AnswerCallback() {
          @Override
          public void onAnswer(byte[] body) {
            try {
              fails(-1, call);
              refused.complete(null);
            } catch (AssertionError e) {
              refused.completeExceptionally(e);
            }
          }

          @Override
          public void onFailure(Fault fault) {
            refused.completeExceptionally(fault.toException());
          }
        });
    assertThat(refused).succeedsWithin(Duration.ofSeconds(20));
  }

  @Test
  void anInlineHandlerMayCloseItsServer() {
    AtomicReference<Server> self = new AtomicReference<>();
    try (Server server =
        Wirelace.server()
            .listen("tcp://127.0.0.1:0")
            .inline(
                "stop",
                (session, message) -> {
                  Objects.requireNonNull(self.get()).close();
                  return message.body();
                })
            .start()) {
      self.set(server);
      try (Client client = Wirelace.connect(server.uri())) {
        assertThat(client.request("stop", new byte[] {7})).containsExactly(7);
      }
      await().until(() -> !server.isRunning());
    }
  }

  @Test
  void aTakenPortIsABindFailureThatLeavesNothingOpen() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String first = "tcp://127.0.0.1:" + free.getLocalPort();
      String second = "tcp://127.0.0.1:" + taken.getLocalPort();
      ServerSocket unused = free;
      unused.close();
      Result<Server> result =
          Wirelace.server().listen(first, second).defaultRoute((s, m) -> m.body()).tryStart();
      assertThat(((Result.Err<Server>) result).fault().number()).isEqualTo(-662);
      assertThat(((Result.Err<Server>) result).fault().message()).contains(second);
      try (Server again = Wirelace.server().listen(first).start()) {
        assertThat(again.isRunning()).isTrue();
      }
    }
  }

  @Test
  void aSilentServerIsATimeoutAndItsConnectionIsClosed() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fails(
          -602,
          () ->
              Wirelace.client()
                  .connectTimeout(Duration.ofMillis(200))
                  .connect("tcp://127.0.0.1:" + silent.getLocalPort()));
      try (Socket accepted = silent.accept()) {
        accepted.setSoTimeout(10_000);
        byte[] hello = accepted.getInputStream().readAllBytes(); // until the end
        assertThat(hello).startsWith(0, 0, 0).hasSizeGreaterThan(13);
      }
    }
  }

  @Test
  void aRouteIsRegisteredOnce() {
    fails(-7, () -> tcp().route("a", (s, m) -> m.body()).route("a", (s, m) -> m.body()));
    fails(-7, () -> tcp().defaultRoute((s, m) -> m.body()));
  }

  @Test
  void aServerThatNeverStoppedWithinItsDrainTimeoutCutsOff() {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    CountDownLatch started = new CountDownLatch(1);
    Server server =
        Wirelace.server()
            .listen("tcp://127.0.0.1:0")
            .drainTimeout(Duration.ofMillis(100))
            .set("close-timeout", "500ms")
            .route(
                "stuck",
                (session, message) -> {
                  started.countDown();
                  new CountDownLatch(1).await();
                  return message.body();
                })
            .on(events::add)
            .start();
    Client client = Wirelace.connect(server.uri());
    var answer = client.requestAsync("stuck", new byte[1]);
    await().until(() -> started.getCount() == 0);
    server.close();
    assertThat(events).contains(new Event.Stopped(1));
    assertThat(answer)
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withMessageContaining("-663 server_stopping: the drain timeout is over");
    client.close();
    client.close();
    fails(-603, () -> client.send("", new byte[1]));
  }

  /** A server whose one request waits for ever, and that would wait for it as long. */
  private static Server stuck(CountDownLatch started, CountDownLatch interrupted) {
    return Wirelace.server()
        .listen("tcp://127.0.0.1:0")
        .drainTimeout(Duration.ofHours(1))
        .route(
            "stuck",
            (session, message) -> {
              started.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
              return message.body();
            })
        .start();
  }

  @Test
  void aCloseThatWaitsIsHurried() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Server server = stuck(started, interrupted);
    try (Client client = Wirelace.connect(server.uri())) {
      CompletableFuture<byte[]> answer = client.requestAsync("stuck", new byte[1]);
      started.await();
      Thread closing = Thread.ofPlatform().start(server::close);
      await().until(() -> !server.isRunning());
      assertThat(answer).isNotDone();

      server.closeNow();

      closing.join();
      assertThat(answer)
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withCauseInstanceOf(WirelaceException.class)
          .withMessageContaining("-663");
      interrupted.await();
      fails(-663, server::start);
    }
  }

  @Test
  void aServerIsClosedNowWithoutWaitingForItsHandlers() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    Server server = stuck(started, new CountDownLatch(1));
    try (Client client = Wirelace.connect(server.uri())) {
      CompletableFuture<byte[]> answer = client.requestAsync("stuck", new byte[1]);
      started.await();
      server.closeNow();
      server.closeNow();
      assertThat(answer)
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withMessageContaining("-663");
    }
  }

  @Test
  void aServerThatPausedReadingDoesNotBlameThePeerForItsSilence() {
    CountDownLatch release = new CountDownLatch(1);
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    AtomicInteger handled = new AtomicInteger();
    try (Server server =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .heartbeatInterval(Duration.ofMillis(40))
                .set("mailbox-messages", 4)
                .receive(
                    "slow",
                    (session, message) -> {
                      release.await();
                      handled.incrementAndGet();
                    })
                .on(events::add)
                .start();
        Client client =
            Wirelace.client().heartbeatInterval(Duration.ofMillis(40)).connect(server.uri())) {
      for (int i = 0; i < 50; i++) {
        client.send("slow", new byte[10]);
      }
      // Ten heartbeats' time later the session must still be there.
      long until = System.nanoTime() + Duration.ofMillis(400).toNanos();
      await()
          .until(() -> {
            assertThat(client.isOpen()).isTrue();
            return System.nanoTime() - until > 0;
          });
      assertThat(events).noneMatch(e -> e instanceof Event.Violated);
      release.countDown();
    }
    assertThat(handled).hasValue(50);
  }
}
