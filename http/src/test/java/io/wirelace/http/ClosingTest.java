package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Wirelace;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Close frames both ways, and who closes TCP. */
class ClosingTest extends WebSocketCase {
  private static byte[] close(int code, String reason) {
    return RawWebSocket.frame(
        0x88,
        RawWebSocket.join(
            new byte[] {(byte) (code >> 8), (byte) code},
            reason.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void thePeersCodeAndWordsAreTheReason() throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.open();
      peer.expectAlive();
      peer.send(close(1001, "tab closed"));
      assertThat(peer.readToClose()).isEqualTo(1000);
    }
    assertThat(closed()).contains("remote", "-612", "close code 1001", "tab closed");
  }

  @Test
  void anEndWithoutACloseFrameIsNamed() throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.open();
      peer.expectAlive();
      peer.socket().shutdownOutput();
      assertThat(peer.readToClose()).isEqualTo(1000);
    }
    assertThat(closed()).contains("remote", "-603", "1006");
  }

  @Test
  void whoClosesStillGetsItsAnswers() throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.open();
      peer.send(
          RawWebSocket.join(
              RawWebSocket.frame(0x82, RawWebSocket.lace(0, 1, "last")), close(1000, "")));
      assertThat(peer.read().payload()).isEqualTo(RawWebSocket.lace(1, 1, "last"));
      assertThat(peer.readToClose()).isEqualTo(1000);
    }
  }

  @Test
  void aServerThatClosesWaitsForThePeersCloseFrame() throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.open();
      peer.expectAlive();
      peer.send(
          RawWebSocket.frame(
              0x82,
              new byte[] {0, 0, 0, 15, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 5, 'c', 'l', 'o', 's', 'e'}));
      assertThat(peer.read().closeCode()).isEqualTo(1000);
      peer.send(close(1000, ""));
      assertThat(peer.socket().getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aClientWaitsUntilTheServerHasClosedTcp() {
    Queue<Event> heard = new ConcurrentLinkedQueue<>();
    try (Client client = Wirelace.client().on(heard::add).connect(server.uri())) {
      client.request("echo", new byte[1]);
    }
    await().until(() -> heard.stream().anyMatch(e -> e instanceof Event.Closed));
    await()
        .until(() ->
            events.stream()
                .anyMatch(e ->
                    e instanceof Event.Closed closed
                        && closed.reason().toString().contains("close code 1000")));
  }
}
