package io.wirelace.quic;

import static io.wirelace.quic.RawQuic.frame;
import static io.wirelace.quic.RawQuic.hexOfResponse;
import static io.wirelace.quic.RawQuic.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.session.Session;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Several streams are one session: their frames never mix, and one does not hold up the others. */
class StreamsTest extends QuicCase {
  @Test
  void theFirstStreamIsTheSession() throws Exception {
    try (Server server = server("").start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      first.send(request(7, "echo", "hi"));
      await().untilAsserted(() -> assertThat(first.hex()).isEqualTo(hexOfResponse(7, "hi")));
      assertThat(server.sessions()).hasSize(1);
      assertThat(server.sessions().iterator().next().transport()).isEqualTo("quic");
    }
  }

  @Test
  void aRequestIsAnsweredOnTheStreamItCameOn() throws Exception {
    try (Server server = server("").start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      RawQuic.Stream second = peer.open();
      RawQuic.Stream third = peer.open();
      first.send(request(1, "echo", "one"));
      second.send(request(2, "echo", "two"));
      third.send(request(3, "none", "three"));
      await().untilAsserted(() -> assertThat(first.hex()).isEqualTo(hexOfResponse(1, "one")));
      await().untilAsserted(() -> assertThat(second.hex()).isEqualTo(hexOfResponse(2, "two")));
      await().untilAsserted(() -> assertThat(third.hex()).contains("fffffd7b")); // -645
      assertThat(server.sessions()).hasSize(1);
    }
  }

  @Test
  void anEndedStreamGetsItsAnswersAndThenItsEndWhileTheSessionLives() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (Server server =
            server("")
                .route(
                    "wait",
                    (session, message) -> {
                      release.await();
                      return message.body();
                    })
                .start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      first.send(request(1, "echo", "a"));
      RawQuic.Stream second = peer.open();
      second.send(request(2, "wait", "b"));
      second.end();
      await().untilAsserted(() -> assertThat(first.bytes()).isPositive());
      assertThat(second.hasEnded()).isFalse();
      release.countDown();
      await().until(second::hasEnded);
      assertThat(second.hex()).isEqualTo(hexOfResponse(2, "b"));
      first.send(request(3, "echo", "c"));
      await()
          .untilAsserted(() ->
              assertThat(first.hex()).isEqualTo(hexOfResponse(1, "a") + hexOfResponse(3, "c")));
    }
  }

  @Test
  void framesOfDifferentStreamsNeverMix() throws Exception {
    try (Server server = server("").start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      RawQuic.Stream second = peer.open();
      first.send(request(1, "echo", "x"));
      await().untilAsserted(() -> assertThat(first.bytes()).isPositive());
      byte[] one = request(2, "echo", "first first first");
      byte[] two = request(3, "echo", "second second second");
      // Byte by byte in turns: each stream is in the middle of a frame nearly all the time.
      for (int i = 0; i < Math.max(one.length, two.length); i++) {
        if (i < one.length) {
          first.send(new byte[] {one[i]});
        }
        if (i < two.length) {
          second.send(new byte[] {two[i]});
        }
      }
      await()
          .untilAsserted(() ->
              assertThat(first.hex())
                  .isEqualTo(hexOfResponse(1, "x") + hexOfResponse(2, "first first first")));
      await()
          .untilAsserted(
              () -> assertThat(second.hex()).isEqualTo(hexOfResponse(3, "second second second")));
    }
  }

  @Test
  void aStreamThatComesBeforeTheFirstWaitsForIt() throws Exception {
    try (Server server = server("").start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      RawQuic.Stream second = peer.open();
      second.send(request(2, "echo", "two"));
      await()
          .during(Duration.ofMillis(200))
          .until(() -> second.bytes() == 0 && server.sessions().isEmpty());
      first.send(frame(3, 0, new byte[0]));
      await().untilAsserted(() -> assertThat(second.hex()).isEqualTo(hexOfResponse(2, "two")));
    }
  }

  @Test
  void aFrameOverTheLimitOnAnyStreamEndsTheConnectionWithItsCode() throws Exception {
    try (Server server = server("").maxFrameBytes(1000).start();
        RawQuic peer = new RawQuic(port(server), "lace/1");
        Client other = client().connect(server.uri())) {
      RawQuic.Stream first = peer.open();
      first.send(request(1, "echo", "x"));
      await().untilAsserted(() -> assertThat(first.bytes()).isPositive());
      RawQuic.Stream second = peer.open();
      second.send(new byte[] {0, 0, 4, 0}); // 1024, told by four bytes
      // ERROR id 0, -642, on the first stream; then the end of the connection with 642.
      await().untilAsserted(() -> assertThat(first.hex()).contains("040000000000000000fffffd7e"));
      first.end();
      second.end();
      QuicConnectionCloseEvent close = peer.awaitClose();
      assertThat(close.isApplicationClose()).isTrue();
      assertThat(close.error()).isEqualTo(642);
      assertThat(new String(close.reason(), UTF_8)).contains("1024");
      assertThat(other.request("echo", new byte[] {1})).hasSize(1);
    }
  }

  @Test
  void halfAFrameOnAFurtherStreamIsTimedOut() throws Exception {
    try (Server server = server("").readTimeout(Duration.ofMillis(200)).start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      first.send(request(1, "echo", "x"));
      await().untilAsserted(() -> assertThat(first.bytes()).isPositive());
      RawQuic.Stream second = peer.open();
      second.send(Arrays.copyOf(request(2, "echo", "never complete"), 20));
      await().untilAsserted(() -> assertThat(first.hex()).contains("fffffd9e")); // -610
    }
  }

  @Test
  void aStreamOpenedAfterOurEndIsEndedToo() throws Exception {
    try (Server server = server("").set("close-timeout", Duration.ofSeconds(15)).start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      first.send(request(1, "echo", "x"));
      await().untilAsserted(() -> assertThat(first.bytes()).isPositive());
      server.sessions().forEach(Session::close);
      await().until(first::hasEnded);
      RawQuic.Stream late = peer.open();
      late.send(request(2, "echo", "too late"));
      await().atMost(Duration.ofSeconds(5)).until(late::hasEnded);
      long startNs = System.nanoTime();
      first.end();
      late.end();
      assertThat(peer.awaitClose().error()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(8));
    }
  }

  @Test
  void halfAFrameIsTimedOutThoughMuchComesOnOtherStreams() throws Exception {
    try (Server server = server("").readTimeout(Duration.ofMillis(300)).start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      first.send(request(1, "echo", "x"));
      await().untilAsserted(() -> assertThat(first.bytes()).isPositive());
      RawQuic.Stream second = peer.open();
      second.send(Arrays.copyOf(request(2, "echo", "never complete"), 20));
      AtomicLong id = new AtomicLong(3);
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> {
            first.send(request(id.getAndIncrement(), "echo", "y"));
            return first.hex().contains("fffffd9e"); // -610
          });
    }
  }

  @Test
  void aFrameThatComesSlowlyButWithinTheReadTimeoutIsNotCut() throws Exception {
    try (Server server = server("").readTimeout(Duration.ofSeconds(10)).start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      first.send(request(1, "echo", "x"));
      RawQuic.Stream second = peer.open();
      byte[] slow = request(2, "echo", "as slow as it may");
      for (int i = 0; i < slow.length; i++) {
        second.send(new byte[] {slow[i]});
        Thread.sleep(50); // the pace is what is tested
      }
      await()
          .untilAsserted(
              () -> assertThat(second.hex()).isEqualTo(hexOfResponse(2, "as slow as it may")));
    }
  }

  @Test
  void aLargeAnswerThatNobodyTakesDoesNotDelaySmallOnes() throws Exception {
    byte[] large = new byte[15 * 1024 * 1024];
    try (Server server = server("").route("large", (session, message) -> large).start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      RawQuic.Stream first = peer.open();
      RawQuic.Stream second = peer.open();
      second.reading(false); // its window fills, and stays full
      first.send(request(1, "echo", "x"));
      second.send(frame(3, 0, new byte[0]));
      await().untilAsserted(() -> assertThat(first.bytes()).isPositive());
      first.send(request(2, "large", ""));
      StringBuilder expected = new StringBuilder(hexOfResponse(1, "x"));
      for (int i = 0; i < 100; i++) {
        first.send(request(10 + i, "echo", "small"));
        expected.append(hexOfResponse(10 + i, "small"));
        await().untilAsserted(() -> assertThat(first.hex()).isEqualTo(expected.toString()));
      }
      assertThat(second.bytes()).isLessThan(large.length);
      second.reading(true);
      await().untilAsserted(() -> assertThat(second.bytes()).isEqualTo(13 + large.length));
      assertThat(second.hex()).startsWith(ByteBufUtil.hexDump(frame(1, 2, large), 0, 13));
    }
  }

  @Test
  void ourClientTakesLargeAnswersBesideSmallOnes() throws Exception {
    byte[] large = new byte[4 * 1024 * 1024];
    try (Server server = server("").route("large", (session, message) -> large).start();
        Client client = client().connect(server.uri())) {
      CompletableFuture<?>[] answers = new CompletableFuture<?>[8];
      for (int i = 0; i < answers.length; i++) {
        answers[i] =
            client
                .requestAsync("large", new byte[0])
                .thenAccept(body -> assertThat(body).isEqualTo(large));
        assertThat(client.request("echo", new byte[] {(byte) i})).containsExactly(i);
      }
      CompletableFuture.allOf(answers).get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void moreStreamsThanAllowedAreNotOpened() throws Exception {
    try (Server server = server("?max-streams=3").start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      assertThat(peer.connection().peerTransportParameters().initialMaxStreamsBidi()).isEqualTo(3);
      assertThat(peer.connection().peerTransportParameters().initialMaxStreamsUni()).isZero();
    }
  }

  @Test
  void aClientThatMayOpenOneStreamWorksWithOne() {
    byte[] large = new byte[100_000];
    try (Server server =
            server("?max-streams=1").route("large", (session, message) -> large).start();
        Client client = client().connect(server.uri())) {
      assertThat(client.request("large", new byte[0])).isEqualTo(large);
    }
  }

  @Test
  void windowsAreWhatTheOptionsSay() throws Exception {
    try (Server server = server("?stream-window=64KiB&connection-window=128KiB").start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      var told = peer.connection().peerTransportParameters();
      assertThat(told.initialMaxStreamDataBidiRemote()).isEqualTo(64 * 1024);
      assertThat(told.initialMaxData()).isEqualTo(128 * 1024);
    }
  }
}
