package io.wirelace.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A WebSocket server that is treated badly, beside a second connection that must not notice, and
 * the memory that must come back.
 */
class WebSocketCase {
  /** The read buffers that loops keep may differ by so much. */
  private static final long SLACK_BYTES = 512 * 1024; // 512 KiB

  static {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
  }

  final Queue<Event> events = new ConcurrentLinkedQueue<>();
  Server server;
  private Client bystander;
  private long memoryBefore;

  /** Of the endpoint. */
  String options() {
    return "deflate=true&max-message=1MiB&max-text=64KiB&max-fragments=100&max-pings=50"
        + "&max-head=1KiB&handshake-timeout=2s&message-timeout=1s";
  }

  void configure(ServerBuilder builder) {}

  @BeforeEach
  void startServer() {
    ServerBuilder builder =
        Wirelace.server()
            .listen("ws://127.0.0.1:0/lace?" + options())
            .drainTimeout(Duration.ofSeconds(5))
            .route("echo", (session, message) -> message.body())
            .receive("close", (session, message) -> session.close())
            .defaultRoute((session, message) -> message.body())
            .on(events::add);
    configure(builder);
    server = builder.start();
    bystander = Wirelace.connect(server.uri());
    for (int i = 0; i < 4; i++) {
      try (Client warm = Wirelace.connect(server.uri() + "?deflate=true")) {
        warm.request("echo", new byte[1000]);
      }
    }
    await().until(() -> server.sessions().size() == 1);
    memoryBefore = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
  }

  @AfterEach
  void nobodyElseNoticedAndMemoryIsBack() {
    try (Server closing = server;
        Client other = bystander) {
      assertThat(closing.isRunning()).isTrue();
      assertThat(new String(other.request("echo", "still here".getBytes(UTF_8)), UTF_8))
          .isEqualTo("still here");
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> {
            assertThat(server.sessions()).hasSize(1);
            assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory())
                .isLessThanOrEqualTo(memoryBefore + SLACK_BYTES);
          });
    }
  }

  RawWebSocket peer() throws IOException {
    return new RawWebSocket(server.uri());
  }

  /** The reason that one session closed with, in words. */
  String closed() {
    await().until(() -> events.stream().anyMatch(WebSocketCase::isLateClose));
    return events.stream()
        .filter(WebSocketCase::isLateClose)
        .map(event -> ((Event.Closed) event).reason().toString())
        .findFirst()
        .orElseThrow();
  }

  private static boolean isLateClose(Event event) {
    return event instanceof Event.Closed closed && !closed.reason().toString().contains("1000");
  }
}
