package io.wirelace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.wirelace.certificates.TestCa;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shared port does with those who do not show, or show badly, what they are. */
class BadFirstBytesTest extends ServerCase {
  private static final String SIGNATURE = "0D0A0D0A000D0A515549540A";

  private static final TestCa.Leaf CERTIFICATE = TestCa.temporary().localhost();

  @Override
  String listenUri() {
    return "any://127.0.0.1:0";
  }

  @Override
  String clientUri() {
    return tcp(0);
  }

  /** Beside the shared port: each refuses something else. */
  @Override
  void configure(ServerBuilder builder) {
    builder.listen(
        "any://127.0.0.1:0?plaintext=false&" + CERTIFICATE.options(),
        "any://127.0.0.1:0?max-undecided=3",
        "any://127.0.0.1:0?tls=false&http=false",
        "any://127.0.0.1:0?sniff-timeout=300ms");
  }

  private String tcp(int listener) {
    return server.uris().get(listener).replaceFirst("any:", "tcp:");
  }

  private RawPeer peer(int listener) throws IOException {
    return new RawPeer(tcp(listener));
  }

  private List<Fault> denials() {
    return events.stream()
        .filter(e -> e instanceof Event.Denied)
        .map(e -> ((Event.Denied) e).fault())
        .toList();
  }

  private void awaitDenial(int code, String words) {
    await()
        .untilAsserted(() -> {
          assertThat(denials()).hasSize(1);
          assertThat(server.denied()).isEqualTo(1);
        });
    assertThat(denials().getFirst().number()).isEqualTo(code);
    assertThat(denials().getFirst().message()).contains(words);
  }

  @Test
  void whoSaysNothingIsDropped() throws IOException {
    try (RawPeer peer = peer(4)) {
      peer.expectEndOrReset();
      awaitDenial(-610, "sniff-timeout (0 bytes came)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"16", "50", "50524F", "0D0A0D", "474554", "505249"})
  void halfASignatureIsDropped(String start) throws IOException {
    try (RawPeer peer = peer(4)) {
      peer.send(RawPeer.hex(start));
      peer.expectEndOrReset();
      awaitDenial(-610, "(" + start.length() / 2 + " bytes came)");
    }
  }

  @Test
  void halfASignatureAndTheEndIsToldOf() throws IOException {
    try (RawPeer peer = peer(0)) {
      peer.send(RawPeer.hex("16"));
      peer.endOutput();
      peer.expectEndOrReset();
      awaitDenial(-605, "ended after 1 bytes");
    }
  }

  @Test
  void whoOnlyLooksWhetherWeAreThereIsNoNews() throws IOException {
    try (RawPeer peer = peer(0)) {
      peer.endOutput();
      peer.expectEndOrReset();
    }
    try (RawPeer peer = peer(0)) {
      peer.socket().setSoLinger(true, 0);
    }
    assertThat(denials()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"FF", "01", "16FF", "1604", "4765742F", "0A", "0D0A0D0B", "474554FF", "80808080"})
  void bytesThatNoProtocolBeginsWithEndTheConnection(String garbage) throws IOException {
    try (RawPeer peer = peer(0)) {
      peer.send(RawPeer.hex(garbage));
      peer.expectEndOrReset();
      awaitDenial(-605, garbage.toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void anEndlessMethodIsNobodys() throws IOException {
    try (RawPeer peer = peer(0)) {
      peer.send("A".repeat(300).getBytes(US_ASCII));
      peer.expectEndOrReset();
      awaitDenial(-605, "4141414141414141");
    }
  }

  @Test
  void ourFramesMayComeByteByByte() throws Exception {
    try (RawPeer peer = peer(0)) {
      byte[] frame = RawPeer.routed(0, 5, "echo", "slowly");
      for (byte one : frame) {
        peer.send(new byte[] {one});
      }
      assertThat(peer.read().text()).isEqualTo("slowly");
      peer.expectAlive();
    }
  }

  @Test
  void manyFramesInTheFirstReadAllArrive() throws IOException {
    try (RawPeer peer = peer(0)) {
      List<byte[]> frames = new ArrayList<>();
      for (int i = 1; i <= 1000; i++) {
        frames.add(RawPeer.routed(0, i, "echo", "n" + i));
      }
      peer.send(frames.toArray(byte[][]::new));
      for (int i = 1; i <= 1000; i++) {
        assertThat(peer.read().type()).isEqualTo(1);
      }
    }
  }

  @Test
  void plaintextIsToldWhyWhereTlsIsRequired() throws IOException {
    try (RawPeer peer = peer(1)) {
      peer.send(RawPeer.routed(0, 5, "echo", "in the clear"));
      RawPeer.Raw last = peer.read();
      assertThat(last.error()).startsWith("ERROR 0 -614");
      assertThat(last.errorText()).contains("plaintext=false");
      peer.expectEnd();
      awaitDenial(-614, "without TLS");
      assertThat(handled).hasValue(0);
    }
  }

  @Test
  void aClientThatSpeaksPlaintextWhereTlsIsRequiredFailsWithItsCode() {
    assertThat(Wirelace.client().tryConnect(tcp(1)).orElse(f -> null)).isNull();
    awaitDenial(-614, "without TLS");
  }

  @Test
  void tlsWithoutACertificateGetsAnAlert() throws IOException {
    try (RawPeer peer = peer(0)) {
      peer.send(RawPeer.hex("160301020001"), new byte[600]);
      assertThat(peer.bytes(7)).isEqualTo(RawPeer.hex("15030100020228"));
      peer.expectEnd();
      awaitDenial(-614, "TLS");
    }
  }

  @Test
  void tlsThatMustBeServedNeedsACertificate() {
    for (String option : new String[] {"tls=true", "plaintext=false"}) {
      ServerBuilder builder = Wirelace.server().listen("any://127.0.0.1:0?" + option);
      assertThatThrownBy(() -> builder.start().close()).hasMessageContaining("-664");
    }
  }

  @Test
  void tlsThatIsForbiddenGetsAnAlert() throws IOException {
    try (RawPeer peer = peer(3)) {
      peer.send(RawPeer.hex("160301020001"), new byte[600]);
      assertThat(peer.bytes(7)).isEqualTo(RawPeer.hex("15030100020228"));
      awaitDenial(-614, "TLS is not served here");
    }
  }

  @Test
  void httpThatNobodySpeaksIsToldSo() throws IOException {
    try (RawPeer peer = peer(3)) {
      peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
      assertThat(new String(peer.rest(), UTF_8))
          .startsWith("HTTP/1.1 403 ")
          .contains("Connection: close\r\n")
          .contains("-614");
      awaitDenial(-614, "HTTP");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"50524F585920", SIGNATURE})
  void aProxyHeaderIsNotBelievedWithoutARange(String start) throws IOException {
    try (RawPeer peer = peer(0)) {
      peer.send(RawPeer.hex(start));
      peer.expectEndOrReset();
      awaitDenial(-625, "proxy-from");
    }
  }

  private List<RawPeer> silent(int count) throws IOException {
    List<RawPeer> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(peer(2));
    }
    return peers;
  }

  /** Lets each speak, and counts those who are answered. */
  private static int answered(List<RawPeer> peers) throws IOException {
    int answered = 0;
    for (RawPeer peer : peers) {
      try (peer) {
        peer.expectAlive();
        answered++;
      } catch (EOFException | SocketException e) {
        // It was turned away.
      }
    }
    return answered;
  }

  @Test
  void theUndecidedAreBounded() throws IOException {
    List<RawPeer> four = silent(4);
    awaitDenial(-609, "max-undecided");
    assertThat(answered(four)).isEqualTo(3);
    // Those who have shown what they are made room, and so do those who go.
    for (int i = 0; i < 3; i++) {
      try (RawPeer one = peer(2);
          RawPeer two = peer(2)) {
        two.expectAlive();
        one.expectAlive();
      }
      for (RawPeer peer : silent(1)) {
        peer.close();
      }
    }
    await().untilAsserted(() -> assertThat(server.sessions()).hasSize(1));
    assertThat(answered(silent(3))).isEqualTo(3);
    assertThat(denials()).hasSize(1);
  }

  @Test
  void manyHalfSignaturesHoldLittleMemory() throws IOException {
    long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        RawPeer peer = peer(2 + i % 2);
        sockets.add(peer.socket());
        peer.send(new byte[] {0x16});
      }
      await().untilAsserted(() -> assertThat(server.denied()).isGreaterThanOrEqualTo(97));
      assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before)
          .isLessThan(200 * 1024);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void randomBytesHarmNobody() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[1 + random.nextInt(40)];
      random.nextBytes(bytes);
      bytes[0] = bytes[0] == 0 ? 1 : bytes[0]; // those are ours, and tested elsewhere
      try (RawPeer peer = peer(4)) {
        peer.send(bytes);
        peer.socket().setSoTimeout((int) Duration.ofSeconds(10).toMillis());
        peer.rest();
      } catch (SocketException e) {
        // Reset: it had sent more than was looked at.
      } catch (SocketTimeoutException e) {
        throw new AssertionError("seed " + seed + " round " + i + ": not closed", e);
      }
    }
    await().untilAsserted(() -> assertThat(server.denied()).as("seed %d", seed).isEqualTo(300));
  }
}
