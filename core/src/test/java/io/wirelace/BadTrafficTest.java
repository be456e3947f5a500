package io.wirelace;

import static io.wirelace.RawPeer.frame;
import static io.wirelace.RawPeer.hex;
import static io.wirelace.RawPeer.join;
import static io.wirelace.RawPeer.routed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.metrics.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Traffic that is odd in time and size rather than in form, over a socket. */
class BadTrafficTest extends ServerCase {
  @Override
  void configure(ServerBuilder builder) {
    builder.readTimeout(Duration.ofMillis(300)).maxConnections(20);
  }

  @Test
  void aFrameCutAtEveryOffsetIsOneFrame() throws IOException {
    byte[] request = routed(0, 1, "echo", "hello");
    for (int cut = 1; cut < request.length; cut++) {
      try (RawPeer peer = peer()) {
        peer.send(request, 0, cut);
        peer.send(join(java.util.Arrays.copyOfRange(request, cut, request.length)));
        assertThat(peer.read().text()).as("cut at %d", cut).isEqualTo("hello");
      }
    }
  }

  @Test
  void aFrameOfOneByteASegmentIsOneFrame() throws IOException {
    byte[] requests = join(routed(0, 1, "echo", "hello"), routed(0, 2, "echo", "again"));
    try (RawPeer peer = peer()) {
      for (int i = 0; i < requests.length; i++) {
        peer.send(requests, i, 1);
      }
      assertThat(peer.read().text()).isEqualTo("hello");
      assertThat(peer.read().text()).isEqualTo("again");
    }
  }

  @Test
  void halfAFrameAndSilenceTimesOut() throws IOException {
    byte[] request = routed(0, 1, "echo", "hello");
    for (int part : new int[] {1, 3, 4, 12, request.length - 1}) {
      try (RawPeer peer = peer()) {
        peer.send(request, 0, part);
        assertThat(peer.read().error()).as("%d bytes", part).isEqualTo("ERROR 0 -610 retryable");
        peer.expectEnd();
      }
    }
  }

  @Test
  void silenceBetweenFramesDoesNotTimeOut() throws IOException {
    try (RawPeer peer = peer();
        RawPeer other = peer()) {
      peer.expectAlive();
      // The other's timeout shows that more than the read timeout has passed.
      other.send(hex("00"));
      assertThat(other.read().code()).isEqualTo(-610);
      peer.expectAlive();
    }
  }

  @Test
  void halfAFrameAndTheEndIsTheEnd() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(hex("000000FF"));
      peer.endOutput();
      peer.expectEnd();
    }
  }

  @Test
  void theGreatestBodyPassesAndOneByteMoreDoesNot() throws IOException {
    byte[] body = new byte[0x00FF_FFFF - 9];
    new Random(1).nextBytes(body);
    try (RawPeer peer = peer()) {
      peer.send(frame(0, 1, body));
      RawPeer.Raw answer = peer.read();
      assertThat(answer.type()).isEqualTo(1);
      assertThat(java.util.Arrays.equals(answer.payload(), body)).isTrue();
      peer.expectAlive();
      peer.send(hex("01000000"));
      assertThat(peer.read().error()).isEqualTo("ERROR 0 -642");
      peer.expectEnd();
    }
  }

  @Test
  void severalGreatBodiesAtOncePass() throws Exception {
    byte[] body = new byte[16 * 1024 * 1024 - 100];
    List<RawPeer> peers = List.of(peer(), peer(), peer());
    for (RawPeer peer : peers) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              peer.send(frame(0, 1, body), frame(0, 2, body));
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
    }
    for (RawPeer peer : peers) {
      assertThat(peer.read().payload()).hasSize(body.length);
      assertThat(peer.read().payload()).hasSize(body.length);
      peer.close();
    }
  }

  @Test
  void bodiesOfNoBytesPass() throws IOException {
    try (RawPeer peer = peer()) {
      peer.send(frame(0, 1, ""), routed(0, 2, "echo", ""), routed(2, 0, "note", ""));
      assertThat(peer.read().payload()).isEmpty();
      assertThat(peer.read().payload()).isEmpty();
      await().until(() -> notifications.get() == 1);
    }
  }

  @Test
  void aHundredThousandTinyFramesInOneWriteArrive() throws IOException {
    byte[] tiny = routed(2, 0, "note", "");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < 100_000; i++) {
      all.writeBytes(tiny);
    }
    try (RawPeer peer = peer()) {
      peer.send(all.toByteArray());
      peer.expectAlive();
      assertThat(notifications).hasValue(100_000);
    }
  }

  @Test
  void aHundredThousandRequestsWithoutReadingAnAnswerLoseNothing() throws Exception {
    int count = 100_000;
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 1; i <= count; i++) {
      all.writeBytes(routed(0, i, "echo", "0123456789"));
    }
    try (RawPeer peer = peer()) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  peer.send(all.toByteArray());
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      boolean[] seen = new boolean[count + 1];
      for (int i = 1; i <= count; i++) {
        RawPeer.Raw answer = peer.read();
        assertThat(answer.type()).isEqualTo(1);
        assertThat(seen[(int) answer.id()]).isFalse();
        seen[(int) answer.id()] = true;
      }
      writer.join();
    }
  }

  @Test
  void connectionsOpenedAndDroppedLeaveNothing() throws IOException {
    for (int i = 0; i < 300; i++) {
      RawPeer peer = peer();
      switch (i % 5) {
        case 0 -> peer.close();
        case 1 -> {
          peer.send(hex("000000"));
          peer.close();
        }
        case 2 -> {
          peer.send(routed(0, 1, "echo", "unheard"));
          peer.close();
        }
        case 3 -> {
          peer.socket().setSoLinger(true, 0); // a reset
          peer.send(routed(2, 0, "note", "x"), hex("00"));
          peer.close();
        }
        default -> {
          peer.endOutput();
          peer.expectEnd();
          peer.close();
        }
      }
      if (i % 10 == 9) {
        await().until(() -> server.sessions().size() == 1);
      }
    }
  }

  @Test
  void aConnectionOverTheCapIsToldAndClosed() throws IOException {
    List<RawPeer> peers = new ArrayList<>();
    try {
      while (peers.size() < 19) { // the bystander is the twentieth
        RawPeer peer = peer();
        peer.expectAlive();
        peers.add(peer);
      }
      try (RawPeer tooMany = peer()) {
        assertThat(tooMany.read().error()).isEqualTo("ERROR 0 -609 retryable");
        tooMany.expectEnd();
      }
      await().until(() -> events.stream().anyMatch(e -> e instanceof Event.Denied));
      assertThat(Wirelace.tryConnect(server.uri()).isOk()).isFalse();
      for (RawPeer peer : peers) {
        peer.expectAlive();
      }
    } finally {
      for (RawPeer peer : peers) {
        peer.close();
      }
    }
    await().until(() -> server.sessions().size() == 1);
    try (RawPeer again = peer()) {
      await()
          .untilAsserted(() -> {
            try (RawPeer free = peer()) {
              free.expectAlive();
            }
          });
      assertThat(again.socket().isConnected()).isTrue();
    }
  }

  @Test
  void endingTheSendingSideStillGetsTheAnswers() throws IOException {
    try (RawPeer peer = peer()) {
      for (int i = 1; i <= 500; i++) {
        peer.send(routed(0, i, "echo", "answer " + i));
      }
      peer.send(routed(0, 501, "wait", "last"));
      peer.endOutput();
      for (int i = 1; i <= 500; i++) {
        assertThat(peer.read().text()).isEqualTo("answer " + i);
      }
      release.countDown();
      assertThat(peer.read().text()).isEqualTo("last");
      peer.expectEnd();
    }
  }
}
