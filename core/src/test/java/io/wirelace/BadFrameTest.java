package io.wirelace;

import static io.wirelace.RawPeer.COMPRESSED;
import static io.wirelace.RawPeer.HEADERS;
import static io.wirelace.RawPeer.ROUTED;
import static io.wirelace.RawPeer.frame;
import static io.wirelace.RawPeer.headers;
import static io.wirelace.RawPeer.hex;
import static io.wirelace.RawPeer.join;
import static io.wirelace.RawPeer.route;
import static io.wirelace.RawPeer.routed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.metrics.Drop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 5 of the wire specification, byte for byte, over a socket. */
class BadFrameTest extends ServerCase {

  static Stream<Arguments> framing() {
    return Stream.concat(
        Stream.of(
            Arguments.of("length over 16 MiB", "01000000", -642),
            Arguments.of("length with its top bit set", "80000009", -642),
            Arguments.of("length FFFFFFFF", "FFFFFFFF", -642),
            Arguments.of("an HTTP request", "474554202F20485454502F312E310D0A", -642),
            Arguments.of("garbage", "DEADBEEFCAFEBABE0102030405", -642),
            Arguments.of("length 0", "00000000", -605),
            Arguments.of("length 8", "00000008", -605),
            Arguments.of("ROUTED on RESPONSE", "0000000941", -605),
            Arguments.of("COMPRESSED on HEARTBEAT", "0000000923", -605),
            Arguments.of("HEADERS on HEARTBEAT", "0000000983", -605),
            Arguments.of("COMPRESSED on ERROR", "0000000924", -605),
            Arguments.of("ROUTED on GOAWAY", "0000000947", -605),
            Arguments.of("HEADERS on HELLO", "0000000985", -605),
            Arguments.of("HEADERS on CANCEL", "0000000988", -605),
            Arguments.of("ROUTED on ITEM", "000000094A", -605),
            Arguments.of("HELLO not first", "00000009030000000000000000 0000000D05", -605),
            Arguments.of("WELCOME to a server", "0000000D06", -605),
            Arguments.of("ACK without resume", "000000090C0000000000000001", -605),
            Arguments.of("AUTH", "0000000B0D00000000000000000000", -605),
            Arguments.of("HANDSHAKE", "000000090E0000000000000000", -605),
            Arguments.of(
                "HELLO twice",
                "0000000D05000000000000000000010000" + "0000000D05000000000000000000010000",
                -605)),
        IntStream.rangeClosed(15, 31)
            .mapToObj(
                k -> Arguments.of("reserved kind " + k, String.format("00000009%02X", k), -605)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("framing")
  void brokenFramingIsAnsweredOnceAndClosed(String what, String hex, int code) throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(hex(hex));
      RawPeer.Raw answer = peer.read();
      if (answer.type() == 6) {
        answer = peer.read(); // WELCOME before it
      }
      assertThat(answer.error()).as(what).isEqualTo("ERROR 0 " + code);
      assertThat(answer.errorText()).isNotEmpty();
      peer.expectEnd();
    }
  }

  @Test
  void framesBeforeABrokenOneAreHandled() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(routed(2, 0, "note", "a"), hex("00000003"));
      assertThat(peer.read().error()).isEqualTo("ERROR 0 -605");
      peer.expectEnd();
      await().until(() -> notifications.get() == 1);
    }
  }

  static Stream<Arguments> malformedPayloads() {
    byte[] lz4 = hex("01 00000006 50 68656C6C6F"); // says 6, is 5
    byte[] zstd = join(hex("02 00000005"), "hello".getBytes(StandardCharsets.UTF_8));
    return Stream.of(
        Arguments.of("no route length", ROUTED, new byte[0], -648),
        Arguments.of("route of 0 bytes", ROUTED, hex("00"), -648),
        Arguments.of("route cut off", ROUTED, hex("05 616263"), -648),
        Arguments.of("route not UTF-8", ROUTED, hex("02 C328"), -648),
        Arguments.of("no header count", HEADERS, new byte[0], -648),
        Arguments.of("headers cut off", HEADERS, hex("0001"), -648),
        Arguments.of("header key empty", HEADERS, hex("0001 00 0000"), -648),
        Arguments.of("header value cut off", HEADERS, hex("0001 01 6B 0009 76"), -648),
        Arguments.of("header repeated", HEADERS, headers("k", "1", "k", "2"), -648),
        Arguments.of("header not lower case", HEADERS, headers("K", "1"), -648),
        Arguments.of("header value not UTF-8", HEADERS, hex("0001 01 6B 0001 FF"), -648),
        Arguments.of("65 headers", HEADERS, manyHeaders(65), -648),
        Arguments.of("compressed body of 0 bytes", COMPRESSED, new byte[0], -649),
        Arguments.of("unknown compression", COMPRESSED, hex("09 00000001 00"), -649),
        Arguments.of("LZ4 damaged", COMPRESSED, lz4, -649),
        Arguments.of("Zstd damaged", COMPRESSED, zstd, -649),
        Arguments.of(
            "Zstd bomb of 30 bytes and 16 MB",
            COMPRESSED,
            hex("02 00F42400" + "00".repeat(12)),
            -649),
        Arguments.of("bomb of 4 GiB", COMPRESSED, hex("02 FFFFFFFF 28B52FFD"), -649),
        Arguments.of("bomb just over the limit", COMPRESSED, hex("01 01000000 50"), -649));
  }

  private static byte[] manyHeaders(int count) {
    return headers(IntStream.range(0, 2 * count).mapToObj(i -> "h" + i).toArray(String[]::new));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedPayloads")
  void aMalformedRequestIsAnsweredAndTheConnectionLives(
      String what, int flags, byte[] payload, int code) throws IOException {
    try (RawPeer peer = peer()) {
      if (flags == COMPRESSED) {
        peer.greet(payload.length > 0 && payload[0] == 2 ? "zstd" : "lz4");
      }
      peer.send(frame(flags, 0x1234, payload));
      assertThat(peer.read().error()).as(what).isEqualTo("ERROR " + 0x1234 + " " + code);
      peer.expectAlive();
      // Its id is free again.
      peer.send(frame(0, 0x1234, "x"));
      assertThat(peer.read().text()).isEqualTo("x");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedPayloads")
  void aMalformedNotificationIsDroppedAndCounted(String what, int flags, byte[] payload, int code)
      throws IOException {
    try (RawPeer peer = peer()) {
      if (flags == COMPRESSED) {
        peer.greet(payload.length > 0 && payload[0] == 2 ? "zstd" : "lz4");
      }
      peer.send(frame(2 | flags, 0, payload));
      peer.expectAlive();
      awaitDrops(Drop.MALFORMED, 1);
      assertThat(code).as(what).isNegative();
    }
  }

  @Test
  void anUnknownRouteIsAnsweredForARequestAndCountedForANotification() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(routed(0, 5, "nowhere", "x"));
      assertThat(peer.read().error()).isEqualTo("ERROR 5 -645");
      peer.send(routed(2, 0, "nowhere", "x"));
      peer.expectAlive();
      awaitDrops(Drop.NO_ROUTE, 1);
    }
  }

  @Test
  void idZeroIsNoRequest() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(frame(0, 0, "x"));
      assertThat(peer.read().error()).isEqualTo("ERROR 0 -652");
      peer.expectAlive();
    }
  }

  @Test
  void anUnansweredIdIsNotTakenTwice() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(routed(0, -1, "wait", "first"), routed(0, -1, "wait", "second"));
      assertThat(peer.read().error()).isEqualTo("ERROR -1 -652");
      release.countDown();
      RawPeer.Raw answer = peer.read();
      assertThat(answer.type()).isEqualTo(1);
      assertThat(answer.text()).isEqualTo("first");
      peer.expectAlive();
      peer.send(routed(0, -1, "echo", "third"));
      assertThat(peer.read().text()).isEqualTo("third");
    }
  }

  @ParameterizedTest(name = "kind {0}")
  @ValueSource(ints = {1, 4, 8, 9, 10, 11})
  void whatNamesAnUnknownIdIsDroppedAndCounted(int kind) throws IOException {
    byte[] payload =
        kind == 4 ? hex("FFFFFD7B 00 00000000") : kind == 9 ? hex("00000001") : hex("");
    try (RawPeer peer = peer()) {
      peer.send(frame(kind, 99, payload));
      peer.expectAlive();
      awaitDrops(Drop.UNKNOWN_ID, 1);
    }
  }

  @ParameterizedTest(name = "kind {0}")
  @ValueSource(ints = {9, 10, 11})
  void streamFramesForAKnownRequestAreRefusedUntilThereAreStreams(int kind) throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(routed(0, 3, "wait", "w"), frame(kind, 3, kind == 9 ? hex("00000001") : hex("")));
      assertThat(peer.read().error()).isEqualTo("ERROR 3 -605");
      release.countDown();
      peer.expectAlive(); // and no second answer to 3 before it
    }
  }

  @Test
  void aRequestForAStreamIsRefusedUntilThereAreStreams() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(frame(ROUTED | HEADERS, 3, join(route("echo"), headers("credit", "8"))));
      assertThat(peer.read().error()).isEqualTo("ERROR 3 -605");
      peer.expectAlive();
    }
  }

  @Test
  void aVersionThatIsNotSpokenIsToldWhichOneIs() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(frame(5, 0, hex("0002 FFFF")));
      RawPeer.Raw answer = peer.read();
      assertThat(answer.error()).isEqualTo("ERROR 0 -606");
      assertThat(answer.errorText()).contains("1");
      peer.expectEnd();
    }
  }

  @Test
  void helloIsWelcomedWithTheLimits() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(
          frame(5, 0, join(hex("0001"), headers("client", "raw/1", "features", "lz4,headers"))));
      RawPeer.Raw welcome = peer.read();
      assertThat(welcome.type()).isEqualTo(6);
      assertThat(welcome.payload()).startsWith(hex("0001"));
      assertThat(welcome.text())
          .contains("max-frame-bytes", "16777215", "max-in-flight", "heartbeat-ms", "session")
          .contains("lz4");
      peer.expectAlive();
    }
  }

  @Test
  void aMalformedHelloIsAProtocolError() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(frame(5, 0, hex("0001 0005")));
      assertThat(peer.read().error()).isEqualTo("ERROR 0 -605");
      peer.expectEnd();
    }
  }

  @Test
  void compressedBodiesAreInflated() throws IOException {
    byte[] body = new byte[50_000];
    byte[] lz4 = LZ4Factory.safeInstance().fastCompressor().compress(body);
    byte[] zstd = com.github.luben.zstd.Zstd.compress(body);
    try (RawPeer peer = peer()) {
      peer.greet("lz4").send(frame(COMPRESSED, 1, join(hex("01 0000C350"), lz4)));
      assertThat(peer.read().payload()).as("compressed, too").startsWith(hex("01 0000C350"));
      peer.send(frame(COMPRESSED, 2, join(hex("02 0000C350"), zstd)));
      assertThat(peer.read().error()).as("only what was agreed").isEqualTo("ERROR 2 -605");
      peer.expectAlive();
    }
    try (RawPeer peer = peer()) {
      peer.greet("zstd").send(frame(COMPRESSED, 2, join(hex("02 0000C350"), zstd)));
      byte[] answer = peer.read().payload();
      assertThat(answer).startsWith(hex("02 0000C350"));
      assertThat(
              com.github.luben.zstd.Zstd.decompress(
                  Arrays.copyOfRange(answer, 5, answer.length), body.length))
          .isEqualTo(body);
    }
  }

  @Test
  void compressionThatWasNotAgreedIsRefusedAndTheConnectionLives() throws IOException {
    byte[] body = join(hex("01 00000005"), hex("50 68656C6C6F"));
    try (RawPeer peer = peer()) {
      peer.send(frame(COMPRESSED, 1, body), frame(2 | COMPRESSED, 0, body));
      assertThat(peer.read().error()).isEqualTo("ERROR 1 -605");
      peer.expectAlive();
      awaitDrops(Drop.MALFORMED, 1);
    }
  }

  @Test
  void malformedHeartbeatsAndErrorsDoNoHarm() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(frame(3, 0, "abc"), frame(3, 0, hex("02 0000000000000000")));
      peer.send(frame(4, 7, hex("FFFF")), frame(4, 0, hex("FFFFFD7B 00 00000000 C328")));
      peer.send(frame(7, 0, hex("00")));
      peer.expectAlive();
    }
  }

  @Test
  void aProbeIsAnsweredAtOnceWithItsClockAndASignOfLifeIsNot() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(frame(3, 0, ""), frame(3, 0, hex("00 0102030405060708")));
      RawPeer.Raw reply = peer.read();
      assertThat(reply.type()).isEqualTo(3);
      assertThat(reply.payload()).isEqualTo(hex("01 0102030405060708"));
    }
  }
}
