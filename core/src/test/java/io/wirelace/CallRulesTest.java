package io.wirelace;

import static io.wirelace.RawPeer.HEADERS;
import static io.wirelace.RawPeer.ROUTED;
import static io.wirelace.RawPeer.frame;
import static io.wirelace.RawPeer.headers;
import static io.wirelace.RawPeer.join;
import static io.wirelace.RawPeer.route;
import static io.wirelace.RawPeer.routed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.dispatch.RunMode;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.session.Message;
import io.wirelace.session.Session;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Section 3 of the wire specification, seen from a plain socket. */
class CallRulesTest extends ServerCase {
  private static final int MAX_IN_FLIGHT = 8;

  private final CountDownLatch lastStarted = new CountDownLatch(1);
  private final CountDownLatch releaseLast = new CountDownLatch(1);

  @Override
  void configure(ServerBuilder builder) {
    builder
        .maxInFlight(MAX_IN_FLIGHT)
        .route(
            "later",
            RunMode.CONCURRENT,
            (session, message) -> {
              lastStarted.countDown();
              releaseLast.await();
              return message.body();
            })
        .route("each", RunMode.CONCURRENT, (session, message) -> hold(message.body()));
  }

  private byte[] hold(byte[] body) throws InterruptedException {
    handled.incrementAndGet();
    release.await();
    return body;
  }

  @Test
  void namesThatBeginWithADollarAreRefusedWhereAUserGivesThem() {
    try (Client client = Wirelace.connect(server.uri())) {
      for (org.assertj.core.api.ThrowableAssert.ThrowingCallable mistake :
          List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
              () -> client.send("$mine", new byte[0]),
              () -> client.session().trySend("$mine", new byte[0]),
              () -> client.request("$mine", new byte[0]),
              () -> client.requestAsync("$mine", new byte[0]),
              () -> Message.of(new byte[0]).withHeader("$mine", "1"),
              () -> Wirelace.server().route("$mine", (session, message) -> message.body()),
              () -> Wirelace.server().receive("$mine", (session, message) -> {}))) {
        assertThatThrownBy(mistake)
            .isInstanceOfSatisfying(
                WirelaceException.class,
                e -> assertThat(e.fault().is(ErrorCode.INVALID_ARGUMENT)).isTrue())
            .hasMessageContaining("$mine");
      }
    }
  }

  @Test
  void halfASurrogatePairIsRefusedWhereItWouldBecomeAnotherName() {
    try (Client client = Wirelace.connect(server.uri())) {
      for (String half : new String[] {"\ud800", "a\udc00b", "\ud83d\ud83d\ude00"}) {
        assertThatThrownBy(() -> client.request(half, new byte[0]))
            .isInstanceOf(WirelaceException.class)
            .hasMessageContaining("surrogate");
        assertThatThrownBy(() -> Message.of(new byte[0]).withHeader("key", half))
            .isInstanceOf(WirelaceException.class)
            .hasMessageContaining("surrogate");
      }
      assertThatThrownBy(() -> client.request("\ud83d\ude00", new byte[0]))
          .hasMessageContaining("-645"); // a whole one is a name as any other
    }
  }

  @Test
  void aPeersRouteWithADollarIsAnUnknownOneAndItsHeaderIsRead() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(routed(0, 1, "$mine", "x"));
      assertThat(peer.read().code()).isEqualTo(-645);
      peer.send(
          frame(HEADERS | ROUTED, 2, join(route("echo"), headers("$mine", "1"), new byte[1])));
      assertThat(peer.read().type()).isEqualTo(1);
      peer.expectAlive();
    }
  }

  @Test
  void anErrorThatCannotBeReadStillEndsItsRequest() throws IOException {
    try (RawPeer peer = peer()) {
      await().until(() -> server.sessions().size() == 2);
      Session session =
          server.sessions().stream().filter(s -> peer.isAt(s.peer())).findFirst().orElseThrow();
      CompletableFuture<byte[]> answer = session.requestAsync("any", new byte[0]);
      long id = peer.read().id();
      peer.send(frame(4, id, new byte[] {1, 2}));
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-648));
    }
  }

  @Test
  void moreThanMaxInFlightRequestsPauseReadingAndNothingIsLost() throws IOException {
    int count = 100;
    try (RawPeer peer = peer()) {
      for (int i = 1; i <= count; i++) {
        peer.send(routed(0, i, "each", "b" + i));
      }
      await().until(() -> handled.get() == MAX_IN_FLIGHT);
      assertThat(server.sessions()).allMatch(s -> s.inFlightRequests() <= MAX_IN_FLIGHT);
      assertThat(handled).hasValue(MAX_IN_FLIGHT);
      release.countDown();
      Set<Long> ids = new HashSet<>();
      for (int i = 1; i <= count; i++) {
        RawPeer.Raw answer = peer.read();
        assertThat(answer.text()).isEqualTo("b" + answer.id());
        ids.add(answer.id());
      }
      assertThat(ids).hasSize(count);
    }
  }

  @Test
  void theEndOfThePeersSideWhileReadingIsPausedLosesNoAnswer() throws Exception {
    try (RawPeer peer = peer()) {
      for (int i = 1; i <= MAX_IN_FLIGHT; i++) {
        peer.send(routed(0, i, "each", "b" + i));
      }
      peer.send(routed(0, 99, "later", "the last"));
      peer.endOutput();
      await().until(() -> handled.get() == MAX_IN_FLIGHT);
      release.countDown();
      for (int i = 1; i <= MAX_IN_FLIGHT; i++) {
        RawPeer.Raw answer = peer.read();
        assertThat(answer.text()).isEqualTo("b" + answer.id());
      }
      // Read after the pause, and answered long after reading went on.
      assertThat(lastStarted.await(10, TimeUnit.SECONDS)).isTrue();
      server.sessions().forEach(session -> session.trySend("settled", new byte[0]));
      assertThat(peer.read().type()).isEqualTo(0x42);
      releaseLast.countDown();
      assertThat(peer.read().text()).isEqualTo("the last");
      peer.expectEnd();
    }
  }

  @Test
  void aFailingHandlerIsAnsweredWithoutItsSecret() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(routed(0, 4, "fail", "x"));
      RawPeer.Raw answer = peer.read();
      assertThat(answer.error()).isEqualTo("ERROR 4 -646");
      assertThat(answer.errorText()).doesNotContain("secret", "IllegalState");
      assertThat(events).anyMatch(e -> e instanceof Event.HandlerFailed);
      peer.expectAlive();
    }
  }

  @Test
  void aFailingHandlerOfANotificationHarmsNobody() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(routed(2, 0, "fail", "x"));
      peer.expectAlive();
    }
  }

  @Test
  void aServerThatRevealsErrorsSaysWhatTheHandlerThrew() throws IOException {
    try (Server open =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .revealErrors(true)
                .route(
                    "fail",
                    (session, message) -> {
                      throw new IllegalStateException("the secret");
                    })
                .start();
        RawPeer peer = new RawPeer(open.uri())) {
      peer.send(routed(0, 4, "fail", "x"));
      assertThat(peer.read().errorText()).contains("the secret");
    }
  }

  @Test
  void aRequestWhoseTimeIsUpIsAnsweredAndItsHandlerInterrupted() throws IOException {
    try (RawPeer peer = peer()) {
      byte[] blocks = join(route("wait"), headers("deadline-ms", "50"));
      peer.send(frame(ROUTED | HEADERS, 6, blocks));
      assertThat(peer.read().error()).isEqualTo("ERROR 6 -643 retryable");
      await().until(() -> interrupted.get() == 1);
      peer.expectAlive(); // and no second answer to 6 before it
    }
  }

  @Test
  void aRequestWhoseTimeIsUpBeforeItsTurnIsNotHandled() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(routed(0, 1, "wait", "holds the session's turn"));
      await().until(() -> handled.get() == 1);
      peer.send(frame(ROUTED | HEADERS, 6, join(route("wait"), headers("deadline-ms", "20"))));
      assertThat(peer.read().error()).isEqualTo("ERROR 6 -643 retryable");
      release.countDown();
      assertThat(peer.read().id()).isEqualTo(1);
      peer.expectAlive();
      assertThat(handled).hasValue(1);
    }
  }

  @Test
  void aDeadlineThatIsNoNumberIsNone() throws IOException {
    try (RawPeer peer = peer()) {
      for (String value : new String[] {"", "soon", "-5", "99999999999999999999"}) {
        byte[] blocks = join(route("echo"), headers("deadline-ms", value), new byte[] {'x'});
        peer.send(frame(ROUTED | HEADERS, 6, blocks));
        assertThat(peer.read().text()).isEqualTo("x");
      }
    }
  }

  @Test
  void aCancelledRequestIsAnsweredAndItsHandlerInterrupted() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(routed(0, 6, "wait", "x"));
      await().until(() -> handled.get() == 1);
      peer.send(frame(8, 6, ""));
      assertThat(peer.read().error()).isEqualTo("ERROR 6 -644");
      await().until(() -> interrupted.get() == 1);
      peer.expectAlive();
    }
  }

  @Test
  void aRequestInFlightDoesNotKeepADroppedConnection() throws IOException {
    try (RawPeer peer = peer()) {
      peer.socket().setSoLinger(true, 0);
      peer.send(routed(0, 6, "wait", "x"));
      await().until(() -> handled.get() == 1);
    }
    await().until(() -> interrupted.get() == 1);
  }
}
