package io.wirelace;

import static io.wirelace.RawPeer.frame;
import static io.wirelace.RawPeer.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.RawPeer.Raw;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What happens to peers that say nothing; the bystander greeted and answers its heartbeats. */
class SilenceTest extends ServerCase {
  private static final int HEARTBEAT = 3;
  private static final int HELLO = 5;
  private static final int WELCOME = 6;

  @Override
  void configure(ServerBuilder builder) {
    builder.idleTimeout(Duration.ofMillis(300)).heartbeatInterval(Duration.ofMillis(100));
  }

  @Test
  void aPeerThatNeitherGreetsNorSpeaksIsToldAndClosed() throws IOException {
    try (RawPeer peer = peer()) {
      assertThat(peer.read().error()).isEqualTo("ERROR 0 -610 retryable");
      peer.expectEnd();
    }
  }

  @Test
  void aSignOfLifeKeepsAnUngreetedPeer() throws IOException {
    try (RawPeer silent = peer();
        RawPeer alive = peer()) {
      silent.socket().setSoTimeout(50);
      boolean closed = false;
      while (!closed) {
        alive.send(hex("00000009 03 0000000000000000"));
        try {
          closed = silent.read().code() == -610;
        } catch (java.net.SocketTimeoutException e) {
          // Not yet: another sign of life in the meantime.
        }
      }
      alive.expectAlive();
    }
  }

  @Test
  void aGreetedPeerIsProbedAndClosedWhenItDoesNotAnswer() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(frame(HELLO, 0, hex("0001 0000")));
      assertThat(peer.read().type()).isEqualTo(WELCOME);
      int probes = 0;
      Raw next = peer.read();
      while (next.type() == HEARTBEAT) {
        assertThat(next.payload()).hasSize(9).startsWith((byte) 0);
        probes++;
        next = peer.read();
      }
      assertThat(probes).isBetween(1, 3);
      assertThat(next.error()).isEqualTo("ERROR 0 -611 retryable");
      peer.expectEnd();
    }
  }

  @Test
  void aGreetedPeerThatAnswersItsProbesStaysAndIsMeasured() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(frame(HELLO, 0, hex("0001 0000")));
      assertThat(peer.read().type()).isEqualTo(WELCOME);
      for (int i = 0; i < 6; i++) { // longer than three intervals
        byte[] probe = peer.read().payload();
        probe[0] = 1;
        peer.send(frame(HEARTBEAT, 0, probe));
      }
      peer.send(RawPeer.routed(0, 1, "echo", "alive"));
      Raw next = peer.read();
      while (next.type() == HEARTBEAT) {
        next = peer.read();
      }
      assertThat(next.text()).isEqualTo("alive");
      assertThat(server.sessions())
          .anySatisfy(session -> assertThat(session.roundTrip()).isPresent());
    }
  }
}
