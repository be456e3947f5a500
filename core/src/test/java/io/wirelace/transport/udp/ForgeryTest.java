package io.wirelace.transport.udp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.error.CloseReason;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.session.Message;
import io.wirelace.wire.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What somebody can do who knows the addresses and ports of a conversation, and sees none of its
 * datagrams: nothing between peers of ours, little where one knows only the wire's own rules.
 */
class ForgeryTest {
  private static final String ERROR = "00000012 04 0000000000000000 FFFFFDA5 00 00000000"; // -603
  private static final String SHOUT = "0000000F 42 0000000000000000 05 73686F7574"; // to "shout"
  private static final String LARGE = "0000000F 40 0000000000000005 05 6C61726765"; // of "large"
  private static final byte[] NOTHING = new byte[0];

  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final Queue<Event> clientEvents = new ConcurrentLinkedQueue<>();
  private final AtomicInteger shouts = new AtomicInteger();
  private Server server;
  private OnePath path;

  @BeforeEach
  void start() throws IOException {
    server =
        Wirelace.server()
            .listen("udp://127.0.0.1:0")
            .defaultRoute((session, message) -> message.body())
            .receive("shout", (session, message) -> shouts.incrementAndGet())
            .route("large", (session, message) -> new byte[50_000])
            .route("headers", (session, message) -> message.headers().toString().getBytes(UTF_8))
            .on(events::add)
            .start();
    path = new OnePath(server.uri());
  }

  @AfterEach
  void stop() {
    path.close();
    server.close();
  }

  private Client connect(boolean greeting) {
    Client client = Wirelace.client().greeting(greeting).on(clientEvents::add).connect(path.uri());
    client.request("", NOTHING);
    client.send("shout", NOTHING);
    await().untilAsserted(() -> assertThat(shouts).hasValue(1));
    return client;
  }

  private static long unproven(Queue<Event> told) {
    return told.stream()
        .filter(e -> e instanceof Event.DatagramsDropped d && d.why() == Drop.UNPROVEN)
        .mapToLong(e -> ((Event.DatagramsDropped) e).count())
        .sum();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aForgedErrorEndsNoSession(boolean greeting) throws Exception {
    try (Client client = connect(greeting)) {
      path.forgeToServer(ERROR);
      path.forgeToClient(ERROR);
      path.forgeToServer("00000009 1F 0000000000000000"); // a reserved kind
      path.forgeToClient("00000009 1F 0000000000000000");
      path.forgeToServer("0000000D 05 0000000000000000 00010000"); // a HELLO that is not first
      await().untilAsserted(() -> assertThat(unproven(events)).isGreaterThanOrEqualTo(1));
      await().untilAsserted(() -> assertThat(unproven(clientEvents)).isGreaterThanOrEqualTo(1));
      assertThat(client.request("", new byte[7])).hasSize(7);
      assertThat(server.sessions()).hasSize(1);
      assertThat(events).noneMatch(e -> e instanceof Event.Closed);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void forgedMessagesAreNotHandledAndNotAnswered(boolean greeting) throws Exception {
    try (Client client = connect(greeting)) {
      int before = path.toClient().size();
      for (int i = 0; i < 10; i++) {
        path.forgeToServer(SHOUT);
        path.forgeToServer(LARGE);
        path.forgeToClient("0000000D 01 0000000000000001 70696E67"); // an answer to nothing
      }
      await().untilAsserted(() -> assertThat(unproven(events)).isGreaterThanOrEqualTo(20));
      assertThat(client.request("", new byte[70])).hasSize(70);
      assertThat(shouts).hasValue(1);
      // To none went more than it sent: probes of 22 bytes, and the answer above.
      assertThat(path.toClient().stream().skip(before).filter(d -> d.length > 22)).hasSize(1);
      assertThat(path.toClient().size() - before).isLessThanOrEqualTo(25);
    }
  }

  @Test
  void aForgedProbeAndSignOfLifeEndNothing() throws Exception {
    try (Client client = connect(true)) {
      await()
          .until(
              () -> client.session().openedAt().plusMillis(2100).isBefore(java.time.Instant.now()));
      for (int i = 0; i < 5; i++) {
        path.forgeToClient(RawSource.PROBE_HEAD + "8000000000000001"); // as with a cookie
        path.forgeToClient(RawSource.PROBE);
        path.forgeToClient(RawSource.SIGN_OF_LIFE);
      }
      await()
          .during(Duration.ofMillis(2500))
          .atMost(Duration.ofSeconds(10))
          .until(() -> client.isOpen() && server.sessions().size() == 1);
      assertThat(client.request("", new byte[7])).hasSize(7);
    }
  }

  @Test
  void whatProvesADatagramIsNotSeenByHandlers() throws Exception {
    try (Client client = connect(true)) {
      Message plain = Message.of("headers", Headers.NONE, NOTHING);
      assertThat(new String(client.request(plain, Duration.ofSeconds(20)).body(), UTF_8))
          .doesNotContain("proof");
      Message own = Message.of("headers", Headers.NONE.with("a", "1").with("b", "2"), NOTHING);
      assertThat(new String(client.request(own, Duration.ofSeconds(20)).body(), UTF_8))
          .startsWith("{a=1, b=2")
          .doesNotContain("proof");
    }
  }

  @Test
  void everyDatagramThatIsNoAnswerCarriesTheProof() throws Exception {
    try (Client client = connect(true)) {
      int before = path.toServer().size();
      client.request("", new byte[3]);
      client.send("shout", NOTHING);
      await().untilAsserted(() -> assertThat(shouts).hasValue(2));
      assertThat(path.toServer().stream().skip(before))
          .hasSizeGreaterThanOrEqualTo(2)
          .allSatisfy(datagram -> assertThat(new String(datagram, ISO_8859_1)).contains("$proof"));
    }
  }

  @Test
  void anotherClientAtTheAddressOfOneThatLeftIsServed() throws Exception {
    Client first = connect(true);
    await()
        .until(() -> first.session().openedAt().plusMillis(2100).isBefore(java.time.Instant.now()));
    path.cut(true);
    int before = path.toServer().size();
    first.close(); // its goodbye is lost
    await().until(() -> path.toServer().size() > before);
    path.cut(false);
    try (Client second = Wirelace.connect(path.uri())) {
      assertThat(second.request("", new byte[9])).hasSize(9);
      await().untilAsserted(() -> assertThat(server.sessions()).hasSize(1));
      assertThat(events).filteredOn(e -> e instanceof Event.Opened).hasSize(2);
    }
  }

  // ---- peers that know only the wire's own rules ----

  @Test
  void aPlainPeerThatIsNotThereGetsAtMostThreeTimesWhatIsSentInItsName() throws Exception {
    try (RawSource peer = new RawSource(server.uri())) {
      peer.prove();
      await().pollDelay(Duration.ofMillis(2100)).until(() -> true); // its proof grows old
      long before = peer.sentBytes();
      for (int i = 0; i < 5; i++) {
        peer.send(LARGE.replace("0005 05", "000" + (i + 1) + " 05"));
      }
      long forged = peer.sentBytes() - before;
      long got = 0;
      for (int i = 0; i < 5; i++) {
        got += peer.readAllBytes();
      }
      assertThat(got).isPositive().isLessThanOrEqualTo(3 * forged);
    }
  }

  @Test
  void aPlainPeerThatAnswersProbesGetsItAll() throws Exception {
    try (RawSource peer = new RawSource(server.uri())) {
      peer.prove();
      await().pollDelay(Duration.ofMillis(2100)).until(() -> true); // its proof grows old
      for (int i = 0; i < 4; i++) {
        peer.send(LARGE.replace("0005 05", "000" + (i + 1) + " 05"));
      }
      int answers = 0;
      while (answers < 4) {
        byte[] datagram = peer.read();
        if (datagram.length > 50_000) {
          answers++;
        } else if (RawSource.hex(datagram).startsWith(RawSource.PROBE_HEAD)) {
          peer.send(RawSource.reply(RawSource.hex(datagram).substring(28)));
        }
      }
    }
  }

  @Test
  void anErrorOfAPlainPeerIsBelievedOnlyIfItIsGone() throws Exception {
    try (RawSource peer = new RawSource(server.uri())) {
      peer.prove().expectAlive();
      String probe = peer.send(ERROR).readHex();
      assertThat(probe).startsWith(RawSource.PROBE_HEAD);
      peer.send(RawSource.reply(probe.substring(28))); // it is there: another has said that
      await().untilAsserted(() -> assertThat(unproven(events)).isEqualTo(1));
      peer.readAllBytes(); // a sign of life
      peer.expectAlive();
      assertThat(server.sessions()).hasSize(1);
      peer.send(ERROR); // and now it does not answer
      await().until(() -> server.sessions().isEmpty());
    }
  }

  @Test
  void aSessionEndsAtOnceWhenItsPeerSaysSo() throws Exception {
    Client client = connect(true);
    server.sessions().forEach(io.wirelace.session.Session::close);
    CloseReason reason = client.whenClosed().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(reason.fault().number()).isEqualTo(-603);
    assertThat(reason.initiator()).isEqualTo(CloseReason.Initiator.REMOTE);
  }
}
