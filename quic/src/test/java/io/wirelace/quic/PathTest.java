package io.wirelace.quic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.error.CloseReason;
import io.wirelace.session.Session;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the network does between two peers. */
class PathTest extends QuicCase {
  /**
   * Connects where a twentieth is lost. A handshake knows no round trip yet: what is lost is sent
   * again after 1, 2, 4 and 8 s, and where a fifth is lost each way one handshake in a hundred
   * takes longer than ten seconds. Five losses in a row are rarer than one in ten thousand here.
   */
  private static Client connect(UdpRelay relay) {
    relay.lose(5);
    return client()
        .connectTimeout(Duration.ofSeconds(30))
        .set("close-timeout", Duration.ofSeconds(20))
        .connect(at(relay.port()));
  }

  private static ServerBuilder patient() {
    return server("?handshake-timeout=30s");
  }

  @Test
  void aFifthOfAllDatagramsMayBeLostBothWays() throws Exception {
    long seed = new Random().nextLong();
    AtomicInteger notes = new AtomicInteger();
    try (Server server = patient().receive("n", (s, m) -> notes.incrementAndGet()).start();
        UdpRelay relay = UdpRelay.to(port(server), 0, seed)) {
      try (Client client = connect(relay)) {
        relay.lose(20);
        byte[] body = new byte[100_000];
        new Random(seed).nextBytes(body);
        for (int i = 0; i < 20; i++) {
          client.send("n", new byte[500]);
          assertThat(client.request("echo", new byte[] {(byte) i}, Duration.ofSeconds(30)))
              .as("seed %d", seed)
              .containsExactly(i);
        }
        assertThat(client.request("echo", body, Duration.ofSeconds(40)))
            .as("seed %d", seed)
            .isEqualTo(body);
      }
      await().untilAsserted(() -> assertThat(notes).as("seed %d", seed).hasValue(20));
      assertThat(relay.lost()).isPositive();
      assertThat(relay.carried()).isGreaterThan(relay.lost());
    }
  }

  @Test
  void closingDeliversWhatWasSentThoughDatagramsAreLost() {
    long seed = new Random().nextLong();
    for (int round = 0; round < 5; round++) {
      AtomicInteger arrived = new AtomicInteger();
      try (Server server = patient().receive("n", (s, m) -> arrived.incrementAndGet()).start();
          UdpRelay relay = UdpRelay.to(port(server), 0, seed + round)) {
        Client client = connect(relay);
        relay.lose(20);
        for (int i = 0; i < 200; i++) {
          client.send("n", new byte[300]);
        }
        client.close();
        await().untilAsserted(() -> assertThat(arrived).as("seed %d", seed).hasValue(200));
      }
    }
  }

  @Test
  void whenBothEndAtOnceWhatWasSentLastArrivesThoughDatagramsAreLost() throws Exception {
    long seed = new Random().nextLong();
    for (int round = 0; round < 8; round++) {
      CountDownLatch ended = new CountDownLatch(1);
      try (Server server =
              server("")
                  // A datagram lost again and again is sent again after twice the time: QUIC may
                  // well be silent for the ten seconds that half a frame has otherwise.
                  .readTimeout(Duration.ofMinutes(1))
                  .receive(
                      "go",
                      (session, message) -> {
                        for (int i = 0; i < 20; i++) {
                          session.send("n", new byte[1000]); // 13 + 2 + 1000 bytes
                        }
                        Thread.ofVirtual().start(session::close);
                        ended.countDown();
                      })
                  .start();
          UdpRelay relay = UdpRelay.to(port(server), 0, seed + round);
          RawQuic peer = new RawQuic(relay.port(), "lace/1")) {
        RawQuic.Stream only = peer.open();
        relay.lose(20);
        only.send(RawQuic.request(1, "echo", "x".repeat(50_000)));
        await()
            .untilAsserted(
                () -> assertThat(only.bytes()).as("seed %d", seed).isEqualTo(13 + 50_000));
        only.send(RawQuic.frame(0x42, 0, "\u0002go".getBytes(UTF_8)));
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        only.end();
        await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(() ->
                assertThat(only.bytes())
                    .as("seed %d", seed)
                    .isEqualTo(13 + 50_000 + 20 * (13 + 2 + 1000)));
      }
    }
  }

  @Test
  void aPeerIsSentNoLongerDatagramsThanItTakes() throws Exception {
    try (Server server = server("").start();
        UdpRelay relay = UdpRelay.to(port(server), 0, 1);
        RawQuic peer = new RawQuic(relay.port(), "lace/1")) {
      RawQuic.Stream only = peer.open();
      only.send(RawQuic.request(1, "echo", "x".repeat(50_000)));
      await().untilAsserted(() -> assertThat(only.bytes()).isEqualTo(13 + 50_000));
      assertThat(relay.longest()).isBetween(1200, RawQuic.TAKEN_BYTES);
    }
  }

  @Test
  void onLoopbackDatagramsAreLong() throws Exception {
    try (Server server = server("").start();
        UdpRelay relay = UdpRelay.to(port(server), 0, 1);
        Client client = client().connect(at(relay.port()))) {
      assertThat(client.request("echo", new byte[100_000])).hasSize(100_000);
      assertThat(relay.longest()).isGreaterThan(5000);
    }
  }

  @Test
  void aSessionLivesOnWhenItsPortChanges() throws IOException {
    try (Server server = server("").start();
        UdpRelay relay = UdpRelay.to(port(server), 0, 1);
        Client client = client().connect(at(relay.port()))) {
      assertThat(client.request("echo", new byte[] {1})).containsExactly(1);
      Session there = server.sessions().iterator().next();
      for (int moves = 0; moves < 3; moves++) {
        int before = relay.portTowardsServer();
        relay.move();
        assertThat(relay.portTowardsServer()).isNotEqualTo(before);
        for (int i = 0; i < 10; i++) {
          assertThat(client.request("echo", new byte[] {(byte) i})).containsExactly(i);
        }
        // The other way too: the server has learnt the new port.
        assertThat(there.isOpen()).isTrue();
      }
      assertThat(server.sessions()).containsExactly(there);
    }
  }

  @Test
  void aPathThatGoesSilentEndsBothSessionsAfterTheIdleTimeout() throws Exception {
    try (Server server = server("?idle-timeout=400ms").start()) {
      UdpRelay relay = UdpRelay.to(port(server), 0, 1);
      Client client = client().greeting(false).connect(at(relay.port()));
      assertThat(client.request("echo", new byte[] {1})).containsExactly(1);
      relay.close();
      CloseReason reason = client.whenClosed().toCompletableFuture().get(10, TimeUnit.SECONDS);
      assertThat(reason.fault().number()).isEqualTo(-610);
      await().until(() -> server.sessions().isEmpty());
    }
  }

  @Test
  void aPeerOfASlowPathIsToldThatItsSessionWasCutOff() throws Exception {
    try (Server server = server("").set("close-timeout", Duration.ofMillis(300)).start();
        UdpRelay relay = UdpRelay.to(port(server), 0, 1);
        Client client = client().connect(at(relay.port()))) {
      assertThat(client.request("echo", new byte[] {1})).containsExactly(1);
      relay.slow(20);
      Session there = server.sessions().iterator().next();
      while (there.trySend("n", new byte[60_000]).accepted()) {
        // more than gets through before the close-timeout
      }
      there.close();
      CloseReason reason = client.whenClosed().toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(reason.fault().number()).isEqualTo(-603); // and not -610, after half a frame
    }
  }

  @Test
  void heartbeatsKeepAConnectionAliveThatSaysNothingElse() throws Exception {
    Duration beat = Duration.ofMillis(100);
    try (Server server = server("?idle-timeout=500ms").heartbeatInterval(beat).start();
        Client client = client().heartbeatInterval(beat).connect(server.uri())) {
      CompletableFuture<CloseReason> closed = client.whenClosed().toCompletableFuture();
      await().during(Duration.ofMillis(1500)).until(() -> !closed.isDone());
      assertThat(client.request("echo", new byte[] {1})).containsExactly(1);
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsATimeout() throws IOException {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      var result = client().tryConnect(at(silent.getLocalPort()) + "?connect-timeout=300ms");
      assertThat(faultOf(result).number()).isEqualTo(-602);
    }
  }

  @Test
  void aClientSendsFromWhereItIsTold() {
    try (Server server = server("").start();
        Client client = client().connect(server.uri() + "?bind=127.0.0.2")) {
      client.request("echo", new byte[] {1});
      Session there = server.sessions().iterator().next();
      assertThat(((InetSocketAddress) there.peer()).getAddress().getHostAddress())
          .isEqualTo("127.0.0.2");
    }
  }

  @Test
  void datagramsAreAsLongAsAllowedAndNoLonger() {
    for (int size : new int[] {1200, 4000}) {
      String options = "?datagram-size=" + size;
      try (Server server = server(options).start();
          UdpRelay relay = UdpRelay.to(port(server), 0, 1);
          Client client = client().connect(at(relay.port()) + options)) {
        client.request("echo", new byte[200_000]);
        assertThat(relay.longest()).isBetween(size - 100, size);
      }
    }
  }
}
