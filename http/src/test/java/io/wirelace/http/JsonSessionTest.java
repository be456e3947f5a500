package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.ServerBuilder;
import io.wirelace.session.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The subprotocol lace.json on a real socket. */
class JsonSessionTest extends WebSocketCase {
  private final CompletableFuture<String> asked = new CompletableFuture<>();

  @Override
  void configure(ServerBuilder builder) {
    builder
        .heartbeatInterval(Duration.ofSeconds(1))
        .receive("ask", (session, message) -> asked.complete(ask(session)));
  }

  private static String ask(Session session) {
    return new String(
        session.request("name", new byte[] {'?'}), java.nio.charset.StandardCharsets.UTF_8);
  }

  private RawWebSocket json() throws IOException {
    RawWebSocket peer = peer();
    assertThat(peer.open("Sec-WebSocket-Protocol: lace.json"))
        .contains("Sec-WebSocket-Protocol: lace.json\r\n");
    return peer;
  }

  private static void say(RawWebSocket peer, String text) throws IOException {
    peer.send(RawWebSocket.frame(0x81, text));
  }

  private static String hear(RawWebSocket peer) throws IOException {
    RawWebSocket.Received message = peer.read();
    assertThat(message.opcode()).isEqualTo(1);
    return message.text();
  }

  @Test
  void aConsoleGetsItsAnswers() throws IOException {
    try (RawWebSocket peer = json()) {
      say(peer, "{\"type\":\"request\",\"id\":1,\"route\":\"echo\",\"body\":\"hello\"}");
      assertThat(hear(peer)).isEqualTo("{\"type\":\"response\",\"id\":1,\"body\":\"hello\"}");
      say(peer, "{\"type\":\"request\",\"id\":2,\"route\":\"echo\",\"body\":{\"a\":[1,2]}}");
      assertThat(hear(peer)).isEqualTo("{\"type\":\"response\",\"id\":2,\"body\":{\"a\":[1,2]}}");
      say(peer, "{\"type\":\"request\",\"id\":3,\"route\":\"nowhere\"}");
      assertThat(hear(peer)).startsWith("{\"type\":\"error\",\"id\":3,\"code\":-645,");
    }
  }

  @Test
  void malformedTextIsAnsweredAndTheConnectionLives() throws IOException {
    try (RawWebSocket peer = json()) {
      for (String text : new String[] {"", "hello", "{", "{\"type\":\"x\"}"}) {
        say(peer, text);
        assertThat(hear(peer)).startsWith("{\"type\":\"error\",\"code\":-648,");
      }
      say(peer, "{\"type\":\"request\",\"id\":4,\"body\":\"alive?\"}");
      assertThat(hear(peer)).isEqualTo("{\"type\":\"response\",\"id\":4,\"body\":\"alive?\"}");
    }
  }

  @Test
  void theServerMayAskToo() throws Exception {
    try (RawWebSocket peer = json()) {
      say(peer, "{\"type\":\"notification\",\"route\":\"ask\"}");
      assertThat(hear(peer))
          .isEqualTo("{\"type\":\"request\",\"id\":1,\"route\":\"name\",\"body\":\"?\"}");
      say(peer, "{\"type\":\"response\",\"id\":1,\"body\":\"me\"}");
      assertThat(asked.get(10, TimeUnit.SECONDS)).isEqualTo("me");
    }
  }

  @Test
  void heartbeatsAreAskedForByPingsAndAnsweredByPongs() throws IOException {
    try (RawWebSocket peer = json()) {
      say(peer, "{\"type\":\"hello\"}");
      assertThat(hear(peer)).startsWith("{\"type\":\"welcome\",\"version\":1,");
      for (int i = 0; i < 2; i++) {
        RawWebSocket.Received ping = peer.read();
        assertThat(ping.opcode()).isEqualTo(9);
        peer.send(RawWebSocket.frame(0x8A, ping.payload()));
      }
      await()
          .until(() ->
              server.sessions().stream()
                  .filter(s -> s.transport().equals("ws"))
                  .allMatch(s -> s.roundTrip().isPresent()));
    }
  }

  @Test
  void badUtf8SplitOverFragmentsEndsTheConnection() throws IOException {
    try (RawWebSocket peer = json()) {
      peer.send(RawWebSocket.frame(0x01, new byte[] {'"', (byte) 0xF0, (byte) 0x9F}));
      peer.send(RawWebSocket.frame(0x00, new byte[] {(byte) 0x98}));
      peer.send(RawWebSocket.frame(0x80, new byte[] {'x'}));
      assertThat(hear(peer)).startsWith("{\"type\":\"error\",\"code\":-648,");
      assertThat(peer.readToClose()).isEqualTo(1007);
    }
  }

  @Test
  void aTextOverTheLimitEndsTheConnection() throws IOException {
    byte[] piece = new byte[10_000];
    Arrays.fill(piece, (byte) ' ');
    try (RawWebSocket peer = json()) {
      for (int i = 0; i < 8; i++) {
        peer.send(RawWebSocket.frame(i == 0 ? 0x01 : 0x00, piece));
      }
      assertThat(hear(peer)).startsWith("{\"type\":\"error\",\"code\":-642,");
      assertThat(peer.readToClose()).isEqualTo(1009);
    }
  }

  @Test
  void binaryIsNotForTextSessions() throws IOException {
    try (RawWebSocket peer = json()) {
      peer.send(RawWebSocket.frame(0x82, new byte[] {0}));
      assertThat(hear(peer)).startsWith("{\"type\":\"error\",\"code\":-605,");
      assertThat(peer.readToClose()).isEqualTo(1003);
    }
  }
}
