package io.wirelace.quic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.Resumed;
import io.wirelace.transport.IoBackend;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A client that has been there before shakes hands in one round trip without certificates. */
class ResumptionTest extends QuicCase {
  private static boolean isResumed(QuicChannel channel) {
    return Resumed.is(Objects.requireNonNull(channel.sslEngine()));
  }

  @Test
  void aSecondConnectionResumesTheFirstOnesSession() {
    try (Wires wires = new Wires(TLS, IoBackend.NIO)) {
      Channel server = wires.bind("");
      assertThat(isResumed(wires.connect(server, ""))).isFalse();
      // The ticket follows the handshake.
      await().until(() -> isResumed(wires.connect(server, "")));
      await().until(() -> wires.accepted.stream().anyMatch(ResumptionTest::isResumed));
    }
  }

  @Test
  void aClientWithoutASessionCacheNeverResumes() {
    try (Wires wires = new Wires(TLS.with("session-cache", 0), IoBackend.NIO);
        Wires there = new Wires(TLS, IoBackend.NIO)) {
      Channel server = there.bind("");
      for (int i = 0; i < 5; i++) {
        assertThat(isResumed(wires.connect(server, ""))).isFalse();
        await().pollDelay(java.time.Duration.ofMillis(50)).until(() -> true);
      }
    }
  }
}
