package io.wirelace.quic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.error.ErrorCode;
import io.wirelace.metrics.Event;
import io.wirelace.transport.IoBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Strangers get little, cost little, and disturb nobody. */
class AdmissionTest extends QuicCase {
  private static final int QUIC_1 = 1;
  private static final int LONG_TYPE_MASK = 0xF0;
  private static final int RETRY = 0xF0;

  private static boolean isRetry(byte[] packet) {
    return (packet[0] & LONG_TYPE_MASK) == RETRY;
  }

  @Test
  void retryAboveZeroAsksEverybodyForProof() throws IOException {
    try (Server server = server("?retry-above=0").start();
        RawDatagrams stranger = new RawDatagrams(port(server))) {
      stranger.send(RawDatagrams.initial(QUIC_1, 1));
      byte[] answer = stranger.receive(5000);
      assertThat(answer).isNotNull();
      assertThat(isRetry(answer)).isTrue();
      assertThat(answer.length).isLessThan(1200);
      try (Client client = client().connect(server.uri())) {
        assertThat(client.request("echo", new byte[] {1})).hasSize(1);
      }
    }
  }

  @Test
  void manyHalfOpenConnectionsMakeTheServerAsk() throws IOException {
    try (Server server = server("?retry-above=3&handshake-timeout=2s").start();
        RawDatagrams stranger = new RawDatagrams(port(server));
        Client before = client().connect(server.uri())) {
      for (int i = 0; i < 3; i++) {
        stranger.send(RawDatagrams.realInitial()); // and then nothing more
      }
      assertThat(stranger.receiveAll(300)).noneMatch(AdmissionTest::isRetry);
      stranger.send(RawDatagrams.initial(QUIC_1, 100));
      assertThat(stranger.receiveAll(300)).anyMatch(AdmissionTest::isRetry);
      // Meanwhile those with a proof come in, and those who are in are not disturbed.
      try (Client client = client().connect(server.uri())) {
        assertThat(client.request("echo", new byte[] {1})).hasSize(1);
      }
      assertThat(before.request("echo", new byte[] {2})).hasSize(1);
      // When the half-open ones are forgotten, it asks no more.
      await()
          .until(() -> {
            stranger.send(RawDatagrams.initial(QUIC_1, new Random().nextLong()));
            return stranger.receiveAll(100).stream().noneMatch(AdmissionTest::isRetry);
          });
    }
  }

  @Test
  void aFullServerGivesTheOldestPlaceOfItsLargestSourceToANewcomer() throws IOException {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    try (Server server =
            server("?max-handshakes=3&retry-above=100&handshake-timeout=60s")
                .on(events::add)
                .start();
        RawDatagrams stranger = new RawDatagrams(port(server))) {
      for (int i = 0; i < 3; i++) {
        stranger.send(RawDatagrams.realInitial()); // and then nothing more
      }
      stranger.receiveAll(300);
      for (String from : new String[] {"127.0.0.2", "127.0.0.1"}) {
        try (Client client = client().connect(server.uri() + "?bind=" + from)) {
          assertThat(client.request("echo", new byte[] {1})).hasSize(1);
        }
      }
      await()
          .untilAsserted(() ->
              assertThat(events)
                  .filteredOn(e ->
                      e instanceof Event.Denied d
                          && d.fault().is(ErrorCode.CONNECTION_LIMIT)
                          && d.fault().message().contains("max-handshakes"))
                  .isNotEmpty());
    }
  }

  @Test
  void aFullServerAsksForProofBeforeAnybodyIsPushedOut() throws IOException {
    try (Server server = server("?max-handshakes=3&retry-above=100&handshake-timeout=60s").start();
        RawDatagrams stranger = new RawDatagrams(port(server))) {
      for (int i = 0; i < 3; i++) {
        stranger.send(RawDatagrams.realInitial());
      }
      stranger.receiveAll(300);
      stranger.send(RawDatagrams.initial(QUIC_1, 100));
      assertThat(stranger.receiveAll(300)).anyMatch(AdmissionTest::isRetry);
    }
  }

  @Test
  void handshakesCountForAllAddressesOfAListenerTogether() throws IOException {
    Assumptions.assumeTrue(IoBackend.EPOLL.whyNot() == null, "only epoll tells the address");
    try (Server server =
            Wirelace.server()
                .listen("quic://*:0?retry-above=3&handshake-timeout=60s")
                .tls(TLS)
                .start();
        RawDatagrams one = new RawDatagrams("127.0.0.1", port(server));
        RawDatagrams two = new RawDatagrams("127.0.0.2", port(server))) {
      for (int i = 0; i < 3; i++) {
        one.send(RawDatagrams.realInitial());
      }
      assertThat(one.receiveAll(300)).noneMatch(AdmissionTest::isRetry);
      two.send(RawDatagrams.initial(QUIC_1, 100));
      assertThat(two.receiveAll(300)).anyMatch(AdmissionTest::isRetry);
    }
  }

  @Test
  void aSpoofedInitialBringsItsVictimAtMostThreeTimesAsMuch() throws IOException {
    byte[] initial = RawDatagrams.realInitial();
    assertThat(initial.length).isGreaterThanOrEqualTo(1200);
    try (Server server = server("?handshake-timeout=3s").start();
        RawDatagrams victim = new RawDatagrams(port(server))) {
      victim.send(initial);
      List<byte[]> answers = victim.receiveAll(4000); // through all repetitions and the end
      int bytes = answers.stream().mapToInt(a -> a.length).sum();
      assertThat(bytes).isBetween(100, 3 * initial.length);
    }
  }

  @Test
  void anUnknownVersionIsToldTheOnesThereAre() throws IOException {
    try (Server server = server("").start();
        RawDatagrams stranger = new RawDatagrams(port(server))) {
      stranger.send(RawDatagrams.initial(0x1A2A3A4A, 7));
      byte[] answer = stranger.receive(5000);
      assertThat(answer).isNotNull();
      ByteBuffer packet = ByteBuffer.wrap(answer);
      assertThat(packet.get() & 0x80).isEqualTo(0x80);
      assertThat(packet.getInt()).as("version negotiation").isZero();
      packet.position(packet.position() + 1 + 8 + 1 + 8); // both connection ids
      boolean knowsVersion1 = false;
      while (packet.remaining() >= 4) {
        knowsVersion1 |= packet.getInt() == QUIC_1;
      }
      assertThat(knowsVersion1).isTrue();
      assertThat(answer.length).isLessThan(1200);
    }
  }

  @Test
  void anotherApplicationProtocolIsRefused() throws Exception {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    try (Server server = server("").on(events::add).start()) {
      try (RawQuic peer = new RawQuic(port(server), "h3")) {
        QuicConnectionCloseEvent close = peer.awaitClose();
        assertThat(close.isTlsError()).isTrue();
        assertThat(QuicConnectionCloseEvent.extractTlsError(close.error())).isEqualTo(120);
      }
      assertThatThrownBy(() -> new RawQuic(port(server), "unheard-of").close()).isNotNull();
      await()
          .until(() ->
              events.stream()
                  .anyMatch(e ->
                      e instanceof Event.HandshakeFailed failed
                          && failed.fault().number() == -606));
      await()
          .until(() ->
              events.stream()
                  .anyMatch(e ->
                      e instanceof Event.HandshakeFailed failed
                          && failed.fault().number() == -607));
      assertThat(server.sessions()).isEmpty();
    }
  }

  @Test
  void garbageDisturbsNobody() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Server server = server("").start();
        RawDatagrams stranger = new RawDatagrams(port(server));
        Client client = client().connect(server.uri())) {
      for (int i = 0; i < 2000; i++) {
        byte[] garbage = new byte[random.nextInt(1500)];
        random.nextBytes(garbage);
        if (garbage.length > 0 && i % 2 == 0) {
          garbage[0] |= (byte) 0xC0; // looks like a long header
        }
        stranger.send(garbage);
        if (i % 100 == 0) {
          assertThat(client.request("echo", "still".getBytes(UTF_8)))
              .as("seed %d", seed)
              .hasSize(5);
        }
      }
      assertThat(server.sessions()).hasSize(1);
    }
  }

  @Test
  void aConnectionThatNeverOpensAStreamIsEnded() throws Exception {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    try (Server server = server("?handshake-timeout=300ms").on(events::add).start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      assertThat(peer.awaitClose().error()).isEqualTo(602);
      assertThat(events).anyMatch(e -> e instanceof Event.Denied d && d.fault().number() == -602);
    }
  }
}
