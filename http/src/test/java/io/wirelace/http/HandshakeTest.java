package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.metrics.Event;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The opening handshake at a server: who gets in, and what the others are told. */
class HandshakeTest extends WebSocketCase {
  @Override
  String options() {
    return "max-head=1KiB&handshake-timeout=2s&max-handshakes=3"
        + "&origins=https://app.example.com,https://b.example.com:8443"
        + "&hosts=127.0.0.1,good.example.com";
  }

  private int status(String request) throws IOException {
    try (RawWebSocket peer = peer()) {
      return peer.statusOf(request);
    }
  }

  private int statusWith(String... fields) throws IOException {
    try (RawWebSocket peer = peer()) {
      return peer.statusOf(peer.upgrade(fields));
    }
  }

  private void opens(String... fields) throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.open(fields);
      peer.expectAlive();
      peer.send(RawWebSocket.frame(0x88, new byte[] {3, (byte) 0xE8}));
      assertThat(peer.readToClose()).isEqualTo(1000);
    }
  }

  @Test
  void programsWithoutAnOriginConnect() throws IOException {
    opens();
  }

  @Test
  void listedOriginsAndPagesOfThisHostConnect() throws IOException {
    opens("Origin: https://app.example.com");
    opens("Origin: https://B.example.com:8443");
    opens("Origin: " + server.uri().replace("ws://", "http://").replace("/lace", ""));
  }

  @Test
  void foreignOriginsGet403AndAnEvent() throws IOException {
    assertThat(statusWith("Origin: https://evil.example.com")).isEqualTo(403);
    assertThat(statusWith("Origin: null")).isEqualTo(403);
    assertThat(statusWith("Origin: https://app.example.com.evil.example.com")).isEqualTo(403);
    assertThat(statusWith("Origin: http://app.example.com")).isEqualTo(403);
    assertThat(events.stream().filter(e -> e instanceof Event.Denied).toList())
        .hasSize(4)
        .allMatch(e -> ((Event.Denied) e).fault().number() == -625);
  }

  @Test
  void otherNamesThanOursAreMisdirected() throws IOException {
    assertThat(status(RawWebSocket.request("GET /lace HTTP/1.1", "Host: evil.example.com")))
        .isEqualTo(421);
  }

  @Test
  void otherPathsGet404AndOtherMethods405() throws IOException {
    String host = "Host: 127.0.0.1";
    assertThat(status(RawWebSocket.request("GET / HTTP/1.1", host))).isEqualTo(404);
    assertThat(status(RawWebSocket.request("GET /lace/x HTTP/1.1", host))).isEqualTo(404);
    assertThat(status(RawWebSocket.request("POST /lace HTTP/1.1", host))).isEqualTo(405);
    assertThat(status(RawWebSocket.request("GET /lace HTTP/1.0", host))).isEqualTo(505);
    try (RawWebSocket peer = peer()) {
      peer.send(RawWebSocket.request("GET /lace?token=1 HTTP/1.1", host));
      assertThat(peer.head()).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  void whatIsNoUpgradeIsToldHowToUpgrade() throws IOException {
    String start = "GET /lace HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    assertThat(status(start + "\r\n")).isEqualTo(426);
    assertThat(
            status(
                start
                    + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
                    + "Sec-WebSocket-Key: "
                    + RawWebSocket.KEY
                    + "\r\n\r\n"))
        .isEqualTo(426);
    String almost =
        start + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
    assertThat(status(almost + "\r\n")).isEqualTo(400);
    assertThat(status(almost + "Sec-WebSocket-Key: c2hvcnQ=\r\n\r\n")).isEqualTo(400);
    assertThat(statusWith("Content-Length: 5")).isEqualTo(400);
  }

  @Test
  void subprotocolsAreChosenOrRefused() throws IOException {
    try (RawWebSocket peer = peer()) {
      assertThat(peer.open("Sec-WebSocket-Protocol: x, lace.v1, lace.json"))
          .contains("Sec-WebSocket-Protocol: lace.v1\r\n");
    }
    try (RawWebSocket peer = peer()) {
      assertThat(peer.open("Sec-WebSocket-Protocol: lace.json", "Sec-WebSocket-Protocol: lace.v1"))
          .contains("Sec-WebSocket-Protocol: lace.json\r\n");
    }
    try (RawWebSocket peer = peer()) {
      assertThat(peer.open()).doesNotContain("Sec-WebSocket-Protocol");
    }
    assertThat(statusWith("Sec-WebSocket-Protocol: graphql-ws")).isEqualTo(400);
  }

  @Test
  void compressionIsNotAgreedUnlessItIsSwitchedOn() throws IOException {
    try (RawWebSocket peer = peer()) {
      assertThat(peer.open("Sec-WebSocket-Extensions: permessage-deflate"))
          .doesNotContain("Sec-WebSocket-Extensions");
    }
  }

  @Test
  void aHeadOverTheLimitIsRefused() throws IOException {
    assertThat(statusWith("X: " + "x".repeat(1000))).isEqualTo(431);
    assertThat(status("GET /" + "x".repeat(2000))).isEqualTo(414);
  }

  @Test
  void ambiguousHeadsAreRefused() throws IOException {
    assertThat(status("GET /lace HTTP/1.1\nHost: 127.0.0.1\n\n")).isEqualTo(400);
    assertThat(statusWith("Host: 127.0.0.1")).isEqualTo(400);
    assertThat(statusWith(" folded")).isEqualTo(400);
    assertThat(statusWith("X : y")).isEqualTo(400);
    assertThat(statusWith("X: \u0001")).isEqualTo(400);
    assertThat(status("GARBAGE\r\n\r\n")).isEqualTo(400);
    assertThat(status("\r\n\r\n")).isEqualTo(400);
  }

  @Test
  void bytesBehindTheUpgradeAreFrames() throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.send(
          RawWebSocket.join(
              peer.upgrade().getBytes(StandardCharsets.US_ASCII),
              RawWebSocket.frame(0x82, RawWebSocket.lace(0, 1, "early"))));
      assertThat(peer.head()).startsWith("HTTP/1.1 101 ");
      assertThat(peer.read().payload()).isEqualTo(RawWebSocket.lace(1, 1, "early"));
    }
  }

  @Test
  void aHeadInOneBytePiecesIsRead() throws IOException {
    try (RawWebSocket peer = peer()) {
      for (byte b : peer.upgrade().getBytes(StandardCharsets.US_ASCII)) {
        peer.send(new byte[] {b});
      }
      assertThat(peer.head()).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  void whoDribblesIsOutOfTime() throws Exception {
    try (RawWebSocket peer = peer()) {
      peer.send("GET /lace HTTP/1.1\r\n");
      Thread dribble =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 100; i++) {
                    peer.send("X");
                    Thread.sleep(100); // the peer's pace is what this is about
                  }
                } catch (IOException | InterruptedException e) {
                  // Closed, as it should be.
                }
              });
      assertThat(peer.status()).isEqualTo(408);
      dribble.interrupt();
      dribble.join();
    } catch (SocketException e) {
      // A reset, where our last byte met a closed socket.
    }
    await().until(() -> events.stream().anyMatch(e -> e instanceof Event.Denied));
  }

  @Test
  void halfHeadsPushOutTheOldestAndNobodyElse() throws IOException {
    List<RawWebSocket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        RawWebSocket one = peer();
        one.send("G");
        silent.add(one);
      }
      assertThat(silent.getFirst().head()).startsWith("HTTP/1.1 503 ");
      try (RawWebSocket peer = peer()) {
        peer.send(peer.upgrade());
        assertThat(peer.head()).startsWith("HTTP/1.1 101 ");
      }
    } finally {
      for (RawWebSocket one : silent) {
        one.close();
      }
    }
  }
}
