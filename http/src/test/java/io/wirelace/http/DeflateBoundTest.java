package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.wirelace.ServerBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A session that does not read is not given what a few compressed bytes inflate to: it waits as it
 * came, and nothing of it is lost.
 */
class DeflateBoundTest extends WebSocketCase {
  private static final int BODY_BYTES = 1000;
  private static final int MOST_HELD_BYTES = 1024 * 1024; // 1 MiB

  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger taken = new AtomicInteger();

  @Override
  String options() {
    return "deflate=true&message-timeout=1s";
  }

  @Override
  void configure(ServerBuilder builder) {
    builder
        .set("mailbox-bytes", "64KiB")
        .receive(
            "wait",
            (session, message) -> {
              release.await();
              taken.incrementAndGet();
            });
  }

  @AfterEach
  void letGo() {
    release.countDown();
  }

  private static byte[] deflated(byte[] plain) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(plain);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[65_536];
    int length = deflater.deflate(piece, 0, piece.length, Deflater.SYNC_FLUSH);
    while (length > 0) {
      out.write(piece, 0, length);
      length = deflater.deflate(piece, 0, piece.length, Deflater.SYNC_FLUSH);
    }
    deflater.end();
    byte[] all = out.toByteArray();
    return Arrays.copyOf(all, all.length - 4); // without 00 00 FF FF
  }

  /** One compressed message of that many notifications, cut into fragments. */
  private static byte[] message(int notifications, int fragments) {
    byte[] one = RawWebSocket.lace(0x42, 0, "\u0004wait" + "\0".repeat(BODY_BYTES));
    byte[][] all = new byte[notifications][];
    Arrays.fill(all, one);
    byte[] bytes = deflated(RawWebSocket.join(all));
    byte[][] frames = new byte[fragments][];
    for (int i = 0; i < fragments; i++) {
      int from = bytes.length * i / fragments;
      int to = bytes.length * (i + 1) / fragments;
      int first = (i == 0 ? 0x42 : 0) | (i == fragments - 1 ? 0x80 : 0);
      frames[i] = RawWebSocket.frame(first, Arrays.copyOfRange(bytes, from, to));
    }
    return RawWebSocket.join(frames);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 20000, 1, false", // one message in one frame: 20 MB of about 60 KB
    "1, 20000, 7, false",
    "20, 1000, 1, false", // several messages in one read
    "20, 1000, 3, true" // and the peer's end behind them
  })
  void whatIsNotReadIsNotInflated(int messages, int notifications, int fragments, boolean ends)
      throws IOException {
    int count = messages * notifications;
    try (RawWebSocket peer = peer()) {
      peer.open("Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover");
      long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
      byte[] one = message(notifications, fragments);
      for (int i = 0; i < messages; i++) {
        peer.send(one);
      }
      if (ends) {
        peer.send(RawWebSocket.frame(0x88, ""));
        peer.socket().shutdownOutput();
      }
      await()
          .during(Duration.ofMillis(300))
          .atMost(Duration.ofSeconds(5))
          .until(
              () -> PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before < MOST_HELD_BYTES);
      assertThat(taken).hasValue(0);
      release.countDown();
      await().untilAsserted(() -> assertThat(taken).hasValue(count));
      if (ends) {
        assertThat(peer.readToClose()).isIn(1000, 1005);
      } else {
        peer.expectAlive();
      }
    }
  }
}
