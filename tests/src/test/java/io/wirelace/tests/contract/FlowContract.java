package io.wirelace.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.dispatch.RunMode;
import io.wirelace.metrics.Event;
import io.wirelace.session.SendResult;
import io.wirelace.session.Session;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Much traffic, slow peers, many senders: order, bounds, and that nothing accepted is lost. */
abstract class FlowContract extends TransportContract {
  /** Far more than both sides' queues and the kernel's buffers hold. */
  private static final int MOST_UNDER_WAY_BYTES = 48 * 1024 * 1024; // 48 MiB

  @Test
  void aHundredThousandNotificationsArriveInOrder() {
    int count = 100_000;
    AtomicInteger next = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    try (Server server =
            server()
                .receive(
                    "n",
                    (session, message) -> {
                      if (ByteBuffer.wrap(message.body()).getInt() != next.getAndIncrement()) {
                        wrong.incrementAndGet();
                      }
                    })
                .start();
        Client client = client().connect(at(server.uri()))) {
      for (int i = 0; i < count; i++) {
        client.send("n", bytes(i));
      }
      await().untilAsserted(() -> assertThat(next).hasValue(count));
      assertThat(wrong).hasValue(0);
    }
  }

  @Test
  void notificationsToAClientArriveInOrder() {
    int count = 50_000;
    AtomicInteger next = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    try (Server server =
            server()
                .route(
                    "flood",
                    (session, message) -> {
                      for (int i = 0; i < count; i++) {
                        session.send("n", bytes(i));
                      }
                      return message.body();
                    })
                .start();
        Client client =
            client()
                .receive(
                    "n",
                    (session, message) -> {
                      if (ByteBuffer.wrap(message.body()).getInt() != next.getAndIncrement()) {
                        wrong.incrementAndGet();
                      }
                    })
                .connect(at(server.uri()))) {
      client.request("flood", bytes(1));
      await().untilAsserted(() -> assertThat(next).hasValue(count));
      assertThat(wrong).hasValue(0);
    }
  }

  @Test
  void closingDeliversAllThatSendAccepted() {
    int count = 200_000;
    AtomicInteger arrived = new AtomicInteger();
    try (Server server =
        server().receive("n", (session, message) -> arrived.incrementAndGet()).start()) {
      Client client = client().connect(at(server.uri()));
      for (int i = 0; i < count; i++) {
        client.send("n", new byte[16]);
      }
      client.close();
      await().untilAsserted(() -> assertThat(arrived).hasValue(count));
    }
  }

  @Test
  void closingAServerDeliversAllThatItsSessionsAccepted() {
    int count = 100_000;
    AtomicInteger arrived = new AtomicInteger();
    Client client;
    try (Server server = server().start()) {
      client =
          client()
              .receive("n", (session, message) -> arrived.incrementAndGet())
              .connect(at(server.uri()));
      await().until(() -> server.sessions().size() == 1);
      Session session = server.sessions().iterator().next();
      for (int i = 0; i < count; i++) {
        session.send("n", new byte[16]);
      }
    }
    await().untilAsserted(() -> assertThat(arrived).hasValue(count));
    await().until(() -> !client.isOpen());
    client.close();
  }

  @Test
  void closingAServerDeliversAllThoughItsClientSendsOn() throws Exception {
    try (TwoWays both = new TwoWays();
        Server server = both.receivedBy(server()).start();
        Client client = both.receivedBy(client()).connect(at(server.uri()))) {
      await().until(() -> server.sessions().size() == 1);
      Session session = server.sessions().iterator().next();
      int accepted = both.fill(session, client.session());
      Thread closing = Thread.ofVirtual().start(server::close);
      await().until(() -> !session.isOpen());
      both.readOn();
      await().untilAsserted(() -> assertThat(both.arrived()).isEqualTo(accepted));
      await().until(() -> !client.isOpen());
      closing.join();
    }
  }

  @Test
  void closingAClientDeliversAllThoughItsServerSendsOn() throws Exception {
    try (TwoWays both = new TwoWays();
        Server server = both.receivedBy(server()).start();
        Client client = both.receivedBy(client()).connect(at(server.uri()))) {
      await().until(() -> server.sessions().size() == 1);
      Session session = server.sessions().iterator().next();
      int accepted = both.fill(client.session(), session);
      Thread closing = Thread.ofVirtual().start(client::close);
      await().until(() -> !client.isOpen());
      both.readOn();
      await().untilAsserted(() -> assertThat(both.arrived()).isEqualTo(accepted));
      closing.join();
    }
  }

  @Test
  void aSlowHandlerStopsTheSenderWithinBoundsAndLosesNothingAccepted() {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger arrived = new AtomicInteger();
    Queue<Event> serverEvents = new ConcurrentLinkedQueue<>();
    try (Server server =
            server()
                .receive(
                    "n",
                    (session, message) -> {
                      release.await();
                      arrived.incrementAndGet();
                    })
                .on(serverEvents::add)
                .start();
        Client client = client().connect(at(server.uri()))) {
      long pinnedBefore = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
      Set<SendResult> results = EnumSet.noneOf(SendResult.class);
      int accepted = fill(client, results);
      assertThat(results)
          .contains(SendResult.QUEUED, SendResult.DROPPED)
          .doesNotContain(SendResult.REFUSED);
      assertThat((long) accepted * 1024).isLessThan(MOST_UNDER_WAY_BYTES);
      assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - pinnedBefore)
          .isLessThan(8L * 1024 * 1024);
      assertThat(client.session().queuedBytes()).isLessThan(2L * 1024 * 1024);
      // What lasts is told.
      await().until(() -> serverEvents.stream().anyMatch(e -> e instanceof Event.Backlogged));
      release.countDown();
      await().untilAsserted(() -> assertThat(arrived).hasValue(accepted));
      client.send("n", new byte[1]);
      await().untilAsserted(() -> assertThat(arrived).hasValue(accepted + 1));
    }
  }

  /** Offers until nothing has been taken for many offers in a row; returns how many were taken. */
  private static int fill(Client client, Set<SendResult> results) {
    int accepted = 0;
    long lastAcceptedNs = System.nanoTime();
    while (System.nanoTime() - lastAcceptedNs < 300_000_000L) {
      SendResult result = client.trySend("n", new byte[1024]);
      results.add(result);
      if (result.accepted()) {
        accepted++;
        lastAcceptedNs = System.nanoTime();
        assertThat((long) accepted * 1024).isLessThan(MOST_UNDER_WAY_BYTES);
      } else {
        Thread.onSpinWait();
      }
    }
    return accepted;
  }

  @Test
  void handlersThatAskBackAreAnsweredThoughMoreRequestsCameThanMayRun() {
    int count = 400;
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger mostRunning = new AtomicInteger();
    try (Server server =
            server()
                .maxInFlight(8)
                .route(
                    "a",
                    RunMode.CONCURRENT,
                    (session, message) -> {
                      mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                      try {
                        return session.request("b", message.body());
                      } finally {
                        running.decrementAndGet();
                      }
                    })
                .start();
        Client client =
            client()
                .route("b", RunMode.CONCURRENT, (session, message) -> message.body())
                .connect(at(server.uri()))) {
      for (int i = 0; i < count; i++) {
        client
            .requestAsync("a", bytes(i))
            .whenComplete(
                (body, failure) -> (failure == null ? answered : failed).incrementAndGet());
      }
      await().untilAsserted(() -> assertThat(answered.get() + failed.get()).isEqualTo(count));
      assertThat(failed).hasValue(0);
      // A handler's answer is sent, and its place taken, just before its method has ended.
      assertThat(mostRunning.get()).isLessThanOrEqualTo(16);
    }
  }

  @Test
  void backPressureKeepsASessionWhosePeerIsAlive() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Queue<Event> bad = new ConcurrentLinkedQueue<>();
    Duration beat = Duration.ofMillis(200);
    try (Server server =
            server()
                .heartbeatInterval(beat)
                .receive("n", (session, message) -> release.await())
                .on(event -> noteViolation(event, bad))
                .start();
        Client client =
            client()
                .heartbeatInterval(beat)
                .on(event -> noteViolation(event, bad))
                .connect(at(server.uri()))) {
      int accepted = fill(client, EnumSet.noneOf(SendResult.class));
      assertThat(accepted).isPositive();
      Thread.sleep(beat.multipliedBy(8)); // it is time itself that must not harm
      assertThat(bad).isEmpty();
      assertThat(client.isOpen()).isTrue();
      release.countDown();
    }
  }

  private static void noteViolation(Event event, Queue<Event> bad) {
    if (event instanceof Event.Violated || event instanceof Event.Closed) {
      bad.add(event);
    }
  }

  @Test
  void sendWaitsForRoomAndGoesOn() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger arrived = new AtomicInteger();
    AtomicInteger sent = new AtomicInteger();
    int count = 60_000;
    try (Server server =
            server()
                .receive(
                    "n",
                    (session, message) -> {
                      release.await();
                      arrived.incrementAndGet();
                    })
                .start();
        Client client = client().connect(at(server.uri()))) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < count; i++) {
                  client.send("n", new byte[1024]);
                  sent.incrementAndGet();
                }
              });
      await()
          .until(() -> {
            Thread.State state = sender.getState();
            return state == Thread.State.TIMED_WAITING && sent.get() > 0;
          });
      assertThat(sent.get()).isLessThan(count);
      release.countDown();
      sender.join();
      await().untilAsserted(() -> assertThat(arrived).hasValue(count));
    }
  }

  @Test
  void aPeerThatDoesNotReadIsNamedAndDelaysNobodyElse() {
    CountDownLatch release = new CountDownLatch(1);
    Queue<Event.Slow> slow = new ConcurrentLinkedQueue<>();
    AtomicInteger heard = new AtomicInteger();
    try (Server server =
            server()
                .route("echo", (session, message) -> message.body())
                .on(event -> {
                  if (event instanceof Event.Slow named) {
                    slow.add(named);
                  }
                })
                .start();
        Client lazy =
            client()
                .receive("n", (session, message) -> release.await())
                .connect(at(server.uri()))) {
      await().until(() -> server.sessions().size() == 1);
      final Session lazySession = server.sessions().iterator().next();
      try (Client lively =
          client()
              .receive("n", (session, message) -> heard.incrementAndGet())
              .connect(at(server.uri()))) {
        await().until(() -> server.sessions().size() == 2);
        AtomicInteger told = new AtomicInteger();
        await()
            .until(() -> {
              for (int i = 0; i < 200 && slow.isEmpty(); i++) {
                told.incrementAndGet();
                int before = heard.get();
                server.broadcast("n", new byte[4096]);
                await().until(() -> heard.get() > before);
              }
              return !slow.isEmpty();
            });
        assertThat(slow).allMatch(s -> s.session().equals(lazySession.id()));
        assertThat(slow.peek()).isNotNull();
        assertThat(heard.get()).isEqualTo(told.get());
        assertThat(lively.request("echo", bytes(5))).isEqualTo(bytes(5));
      }
      release.countDown();
      assertThat(lazy.request("echo", bytes(6))).isEqualTo(bytes(6));
    }
  }

  @Test
  void sixteenPlatformAndTwoHundredVirtualThreadsKeepTheirOrderAndLoseNothing() throws Exception {
    int platform = 16;
    int threads = platform + 200;
    int each = 1000;
    AtomicIntegerArray next = new AtomicIntegerArray(threads);
    AtomicLong total = new AtomicLong();
    AtomicInteger wrong = new AtomicInteger();
    try (Server server =
            server()
                .receive(
                    "n",
                    (session, message) -> {
                      ByteBuffer body = ByteBuffer.wrap(message.body());
                      int thread = body.getInt();
                      if (next.getAndIncrement(thread) != body.getInt()) {
                        wrong.incrementAndGet();
                      }
                      total.incrementAndGet();
                    })
                .start();
        Client client = client().connect(at(server.uri()))) {
      CountDownLatch go = new CountDownLatch(1);
      List<Thread> senders = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int number = t;
        Thread.Builder kind = t < platform ? Thread.ofPlatform() : Thread.ofVirtual();
        senders.add(
            kind.start(() -> {
              awaitQuietly(go);
              for (int i = 0; i < each; i++) {
                // Some are large, so that they take another way out.
                byte[] body = new byte[i % 100 == 99 ? 20_000 : 8];
                ByteBuffer.wrap(body).putInt(number).putInt(i);
                client.send("n", body);
              }
            }));
      }
      go.countDown();
      for (Thread sender : senders) {
        sender.join();
      }
      await().untilAsserted(() -> assertThat(total).hasValue((long) threads * each));
      assertThat(wrong).hasValue(0);
      await()
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(() -> assertThat(client.session().queuedBytes()).isZero());
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void manyRequestersAtOnceGetTheirOwnAnswers() throws Exception {
    AtomicInteger wrong = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      List<Thread> callers = new ArrayList<>();
      for (int t = 0; t < 200; t++) {
        int number = t;
        callers.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int i = 0; i < 100; i++) {
                    byte[] asked = bytes(number, i);
                    if (!java.util.Arrays.equals(client.request("echo", asked), asked)) {
                      wrong.incrementAndGet();
                    }
                    done.incrementAndGet();
                  }
                }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(done).hasValue(20_000);
      assertThat(wrong).hasValue(0);
    }
  }
}
