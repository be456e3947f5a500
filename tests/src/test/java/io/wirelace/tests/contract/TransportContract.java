package io.wirelace.tests.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.ClientBuilder;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Counters;
import io.wirelace.metrics.SessionId;
import io.wirelace.session.AttributeKey;
import io.wirelace.session.Session;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Calls, sessions and their end. What {@link FlowContract} says about much traffic comes on top.
 */
abstract class TransportContract {
  static {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
  }

  /** Where a server of this transport listens; any free port or name. */
  abstract String listenUri();

  /** Where a client finds the server that listens there. */
  String at(String listeningUri) {
    return listeningUri;
  }

  /** The I/O mechanism of both sides, or empty for the transport's own. */
  String io() {
    return "auto";
  }

  final ServerBuilder server() {
    return server(listenUri());
  }

  /** One that listens there. */
  ServerBuilder server(String uri) {
    return Wirelace.server().listen(uri).io(io());
  }

  ClientBuilder client() {
    return Wirelace.client().io(io());
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static byte[] bytes(int... numbers) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * numbers.length);
    Arrays.stream(numbers).forEach(buffer::putInt);
    return buffer.array();
  }

  static Fault faultOf(Result<byte[]> result) {
    return result.map(body -> Fault.of(ErrorCode.INTERNAL_ERROR, "it worked")).orElse(f -> f);
  }

  Server echo() {
    return server().route("echo", (session, message) -> message.body()).start();
  }

  @Test
  void aBodyOfAnySizeComesBackAsItWas() {
    Random random = new Random(7);
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      for (int size : new int[] {0, 1, 511, 512, 64 << 10, 1 << 20, (16 << 20) - 32}) {
        byte[] body = new byte[size];
        random.nextBytes(body);
        assertThat(Arrays.equals(client.request("echo", body), body)).as("%d", size).isTrue();
      }
    }
  }

  @Test
  void aMessageOverTheLimitIsRefusedWhereItIsSent() {
    try (Server server = server().maxFrameBytes(1000).defaultRoute((s, m) -> m.body()).start();
        Client client = client().connect(at(server.uri()))) {
      assertThat(faultOf(client.tryRequest("", new byte[1000], Duration.ofSeconds(5))).number())
          .isEqualTo(-642);
      assertThat(client.request("", new byte[900])).hasSize(900);
    }
  }

  @Test
  void bothSidesMayRequest() {
    try (Server server =
            server()
                .route(
                    "ask",
                    (session, message) -> {
                      byte[] back = session.request("name", message.body());
                      return bytes("hello " + new String(back, UTF_8));
                    })
                .start();
        Client client =
            client()
                .route("name", (session, message) -> bytes(message.text() + "!"))
                .connect(at(server.uri()))) {
      assertThat(client.request("ask", bytes("peer"))).asString(UTF_8).isEqualTo("hello peer!");
    }
  }

  @Test
  void tenThousandRequestsAtOnceGetEachTheirOwnAnswer() throws Exception {
    int count = 10_000;
    try (Server server =
            server().maxInFlight(count).route("echo", (s, message) -> message.body()).start();
        Client client = client().maxInFlight(count).connect(at(server.uri()))) {
      List<CompletableFuture<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        answers.add(client.requestAsync("echo", bytes(i)));
      }
      for (int i = 0; i < count; i++) {
        assertThat(answers.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(bytes(i));
      }
      await().until(() -> client.session().pendingRequests() == 0);
      assertThat(server.sessions()).allMatch(s -> s.inFlightRequests() == 0);
    }
  }

  @Test
  void moreRequestsThanMaxInFlightFailAtOnce() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (Server server = server().route("wait", (s, m) -> hold(release, m.body())).start();
        Client client = client().maxInFlight(2).connect(at(server.uri()))) {
      List<CompletableFuture<byte[]>> answers =
          List.of(client.requestAsync("wait", bytes(1)), client.requestAsync("wait", bytes(2)));
      assertThatThrownBy(() -> client.requestAsync("wait", bytes(3)).get())
          .cause()
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-647));
      release.countDown();
      assertThat(answers.get(1).get(10, TimeUnit.SECONDS)).isEqualTo(bytes(2));
      assertThat(client.request("wait", bytes(4))).isEqualTo(bytes(4));
    }
  }

  static byte[] hold(CountDownLatch latch, byte[] body) throws InterruptedException {
    latch.await();
    return body;
  }

  @Test
  void aRequestThatIsNotAnsweredInTimeFailsAndIsStopped() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Server server =
            server()
                .route(
                    "never",
                    (session, message) -> {
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                      }
                      return message.body();
                    })
                .route("echo", (session, message) -> message.body())
                .start();
        Client client = client().connect(at(server.uri()))) {
      Result<byte[]> result = client.tryRequest("never", bytes(1), Duration.ofMillis(100));
      assertThat(faultOf(result).number()).isEqualTo(-643);
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(client.request("echo", bytes(2))).isEqualTo(bytes(2));
    }
  }

  @Test
  void cancellingAFutureStopsTheHandler() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Server server =
            server()
                .route(
                    "never",
                    (session, message) -> {
                      started.countDown();
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                      }
                      return message.body();
                    })
                .start();
        Client client = client().connect(at(server.uri()))) {
      CompletableFuture<byte[]> answer = client.requestAsync("never", bytes(1));
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(answer.cancel(true)).isTrue();
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
      await().until(() -> client.session().pendingRequests() == 0);
    }
  }

  @Test
  void aPeerThatGoesFailsWhatIsPending() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(3);
    try (Server server =
            server()
                .route(
                    "wait",
                    io.wirelace.dispatch.RunMode.CONCURRENT,
                    (session, message) -> {
                      started.countDown();
                      return hold(release, message.body());
                    })
                .start();
        Client client = client().connect(at(server.uri()))) {
      List<CompletableFuture<byte[]>> pending =
          IntStream.range(0, 3).mapToObj(i -> client.requestAsync("wait", bytes(i))).toList();
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      server.sessions().forEach(Session::close);
      for (CompletableFuture<byte[]> answer : pending) {
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
            .cause()
            .isInstanceOfSatisfying(
                WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-603));
      }
      await().until(() -> !client.isOpen());
      assertThatThrownBy(() -> client.send("", bytes(1)))
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-603));
      release.countDown();
    }
  }

  @Test
  void nobodyThereIsARefusal() {
    String gone;
    try (Server server = echo()) {
      gone = at(server.uri());
    }
    Result<Client> result = client().tryConnect(gone);
    assertThat(result).isInstanceOf(Result.Err.class);
    assertThat(((Result.Err<Client>) result).fault().number()).isEqualTo(-601);
  }

  @Test
  void heartbeatsMeasureTheRoundTrip() {
    try (Server server = server().heartbeatInterval(Duration.ofMillis(20)).start();
        Client client =
            client().heartbeatInterval(Duration.ofMillis(20)).connect(at(server.uri()))) {
      await().until(() -> client.session().roundTrip().isPresent());
      await().until(() -> server.sessions().stream().allMatch(s -> s.roundTrip().isPresent()));
      assertThat(client.session().roundTrip().orElseThrow()).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void aServerThatClosesFinishesWhatIsInFlightAndTakesNothingNew() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(2);
    try (Server server =
            server()
                .route(
                    "wait",
                    (session, message) -> {
                      started.countDown();
                      return hold(release, message.body());
                    })
                .start();
        Client basic = client().greeting(false).connect(at(server.uri()));
        Client greeted = client().connect(at(server.uri()))) {
      List<CompletableFuture<byte[]>> answers =
          List.of(basic.requestAsync("wait", bytes(1)), greeted.requestAsync("wait", bytes(2)));
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      Thread closing = Thread.ofPlatform().start(server::close);
      await()
          .untilAsserted(() ->
              assertThat(faultOf(basic.tryRequest("none", bytes(3), Duration.ofSeconds(5))))
                  .extracting(Fault::number)
                  .isEqualTo(-663));
      await()
          .untilAsserted(() ->
              assertThat(faultOf(greeted.tryRequest("none", bytes(3), Duration.ofSeconds(5))))
                  .extracting(Fault::number)
                  .isIn(-663, -612));
      assertThat(client().tryConnect(at(server.uri())).isOk()).isFalse();
      release.countDown();
      assertThat(answers.get(0).get(10, TimeUnit.SECONDS)).isEqualTo(bytes(1));
      assertThat(answers.get(1).get(10, TimeUnit.SECONDS)).isEqualTo(bytes(2));
      closing.join(10_000);
      assertThat(closing.isAlive()).isFalse();
      await().until(() -> !basic.isOpen() && !greeted.isOpen());
    }
  }

  @Test
  void aBroadcastReachesEverySession() {
    AtomicInteger heard = new AtomicInteger();
    List<Client> clients = new ArrayList<>();
    try (Server server = echo()) {
      for (int i = 0; i < 10; i++) {
        clients.add(
            client()
                .receive("news", (session, message) -> heard.addAndGet(message.body().length))
                .connect(at(server.uri())));
      }
      await().until(() -> server.sessions().size() == 10);
      assertThat(server.broadcast("news", new byte[3])).isEqualTo(10);
      await().untilAsserted(() -> assertThat(heard).hasValue(30));
    }
    for (Client client : clients) {
      client.close();
    }
  }

  @Test
  void sessionsAreDisconnectedByIdOrByWhatTheyAre() {
    AttributeKey<String> team = AttributeKey.of("team", String.class);
    try (Server server =
            server()
                .route(
                    "join",
                    (session, message) -> {
                      session.attribute(team, message.text());
                      return bytes(session.id().value());
                    })
                .start();
        Client red = client().connect(at(server.uri()));
        Client blue = client().connect(at(server.uri()));
        Client green = client().connect(at(server.uri()))) {
      final String redId = new String(red.request("join", bytes("red")), UTF_8);
      blue.request("join", bytes("blue"));
      green.request("join", bytes("green"));
      assertThat(server.disconnect(new SessionId("nobody"))).isFalse();
      assertThat(server.disconnect(new SessionId(redId))).isTrue();
      await().until(() -> !red.isOpen());
      assertThat(server.session(new SessionId(redId)).filter(Session::isOpen)).isEmpty();
      assertThat(server.disconnectIf(s -> s.attribute(team).filter("blue"::equals).isPresent()))
          .isEqualTo(1);
      await().until(() -> !blue.isOpen());
      await().until(() -> server.sessions().size() == 1);
      assertThat(green.isOpen()).isTrue();
      assertThat(green.request("join", bytes("still"))).isNotEmpty();
    }
  }

  @Test
  void sessionIdsAreDistinctAndLong() {
    Set<SessionId> ids = new HashSet<>();
    List<Client> clients = new ArrayList<>();
    try (Server server = echo()) {
      for (int i = 0; i < 50; i++) {
        clients.add(client().connect(at(server.uri())));
      }
      await().until(() -> server.sessions().size() == 50);
      for (Session session : server.sessions()) {
        ids.add(session.id());
        assertThat(session.id().value()).matches("[0-9a-f]{32}");
        assertThat(session.openedAt()).isNotNull();
        assertThat(session.peer()).isNotNull();
        assertThat(session.local()).isNotNull();
      }
    }
    assertThat(ids).hasSize(50);
    clients.forEach(Client::close);
  }

  @Test
  void attributesAreKeptByNameAndType() {
    AttributeKey<Integer> number = AttributeKey.of("n", Integer.class);
    AttributeKey<String> text = AttributeKey.of("n", String.class);
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      Session session = client.session();
      assertThat(session.attribute(number)).isEmpty();
      session.attribute(number, 1);
      session.attribute(text, "one");
      session.attribute(number, 2);
      assertThat(session.attribute(AttributeKey.of("n", Integer.class))).hasValue(2);
      assertThat(session.attribute(text)).hasValue("one");
    }
  }

  @Test
  void idleIsTheTimeSinceThePeerWasHeard() {
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      await().until(() -> client.session().idle().compareTo(Duration.ofMillis(30)) > 0);
      long before = System.nanoTime();
      client.request("echo", bytes(1));
      Duration idle = client.session().idle();
      assertThat(idle).isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - before));
    }
  }

  @Test
  void countersAddUp() {
    int notes = 1000;
    int requests = 100;
    try (Server server =
            server()
                .receive("note", (session, message) -> {})
                .route("echo", (session, message) -> message.body())
                .start();
        Client client = client().greeting(false).connect(at(server.uri()))) {
      for (int i = 0; i < notes; i++) {
        client.send("note", new byte[10]); // 13 + 5 + 10 bytes
      }
      for (int i = 0; i < requests; i++) {
        client.request("echo", new byte[20]); // 13 + 5 + 20 bytes there, 13 + 20 back
      }
      Counters.Snapshot there =
          new Counters.Snapshot(
              notes + requests, notes * 28L + requests * 38L, requests, requests * 33L, 0);
      await().untilAsserted(() -> assertThat(server.traffic()).isEqualTo(there));
      Counters.Snapshot back =
          new Counters.Snapshot(
              requests, requests * 33L, notes + requests, notes * 28L + requests * 38L, 0);
      await()
          .untilAsserted(() -> assertThat(client.session().counters().snapshot()).isEqualTo(back));
      client.session().close();
      await().until(() -> server.sessions().isEmpty());
      assertThat(server.traffic()).isEqualTo(there);
    }
  }

  @Test
  void theBoundEndpointCanBeConnectedTo() {
    try (Server server = server().listen(listenUri()).route("echo", (s, m) -> m.body()).start()) {
      assertThat(server.uris()).hasSize(2).doesNotHaveDuplicates();
      for (String uri : server.uris()) {
        try (Client client = client().connect(at(uri))) {
          assertThat(client.request("echo", bytes(1))).isEqualTo(bytes(1));
        }
      }
    }
  }

  @Test
  void aServerRestartsAtOnceWhereItWas() {
    String uri;
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      uri = server.uri();
      client.request("echo", bytes(1));
    }
    try (Server again = server(uri).route("echo", (s, m) -> m.body()).start();
        Client client = client().connect(at(again.uri()))) {
      assertThat(client.request("echo", bytes(2))).isEqualTo(bytes(2));
      assertThat(again.uri()).isEqualTo(uri);
    }
  }

  @Test
  void aTakenEndpointIsABindFailure() {
    try (Server server = echo()) {
      assertThatThrownBy(() -> server(server.uri()).start())
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-662));
    }
  }
}
