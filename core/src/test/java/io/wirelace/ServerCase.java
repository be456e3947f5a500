package io.wirelace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A server on a real socket that is treated badly, beside a second connection that must not notice,
 * and the memory that must come back.
 */
class ServerCase {
  /** The read buffers that loops keep may differ by so much. */
  private static final long SLACK_BYTES = 512 * 1024; // 512 KiB

  final Queue<Event> events = new ConcurrentLinkedQueue<>();
  final AtomicInteger notifications = new AtomicInteger();
  final AtomicInteger handled = new AtomicInteger();
  final AtomicInteger interrupted = new AtomicInteger();
  final CountDownLatch release = new CountDownLatch(1);

  static {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
  }

  Server server;
  private Client bystander;
  private long memoryBefore;

  void configure(ServerBuilder builder) {}

  String listenUri() {
    return "tcp://127.0.0.1:0";
  }

  /** Where the bystander connects. */
  String clientUri() {
    return server.uri();
  }

  @BeforeEach
  void startServer() {
    ServerBuilder builder =
        Wirelace.server()
            .listen(listenUri())
            .drainTimeout(Duration.ofSeconds(5))
            .route("echo", (session, message) -> message.body())
            .route(
                "fail",
                (session, message) -> {
                  throw new IllegalStateException("the secret");
                })
            .route("wait", (session, message) -> waitForRelease(message.body()))
            .receive("note", (session, message) -> notifications.incrementAndGet())
            .defaultRoute((session, message) -> message.body())
            .on(events::add);
    configure(builder);
    server = builder.start();
    bystander = Wirelace.connect(clientUri());
    for (int i = 0; i < 4; i++) {
      try (Client warm = Wirelace.connect(clientUri())) {
        warm.request("echo", new byte[100]);
      }
    }
    await().until(() -> server.sessions().size() == 1);
    memoryBefore = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
  }

  private byte[] waitForRelease(byte[] body) {
    handled.incrementAndGet();
    try {
      release.await();
    } catch (InterruptedException e) {
      interrupted.incrementAndGet();
    }
    return body;
  }

  @AfterEach
  void nobodyElseNoticedAndMemoryIsBack() {
    try (Server closing = server;
        Client other = bystander) {
      release.countDown();
      assertThat(closing.isRunning()).isTrue();
      assertThat(other.isOpen()).isTrue();
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

  RawPeer peer() throws IOException {
    return new RawPeer(server.uri());
  }

  /** Drops of one kind that the server has told of. */
  long drops(Drop why) {
    return events.stream()
        .filter(e -> e instanceof Event.Dropped dropped && dropped.why() == why)
        .mapToLong(e -> ((Event.Dropped) e).count())
        .sum();
  }

  void awaitDrops(Drop why, long count) {
    await().untilAsserted(() -> assertThat(drops(why)).isEqualTo(count));
  }
}
