package io.wirelace;

import static io.wirelace.RawPeer.COMPRESSED;
import static io.wirelace.RawPeer.join;
import static io.wirelace.RawPeer.routed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import com.sun.management.ThreadMXBean;
import io.wirelace.dispatch.RunMode;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.Session;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Bodies that inflate to much: where that is done, and what it counts as. */
class InflationTest extends ServerCase {
  private static final int LARGE_BYTES = 8_000_000;
  private static final int BODIES = 20;

  private final AtomicLong loopId = new AtomicLong();
  private final Queue<Integer> order = new ConcurrentLinkedQueue<>();

  @Override
  void configure(ServerBuilder builder) {
    builder
        .ioThreads(1)
        .set("max-inflation-ratio", 100_000)
        .route(
            "inline",
            RunMode.INLINE,
            (session, message) -> {
              loopId.set(Thread.currentThread().threadId());
              order.add(message.bodyLength());
              return new byte[0];
            })
        .route("held", RunMode.CONCURRENT, (session, message) -> hold(message.body()));
  }

  private byte[] hold(byte[] body) throws InterruptedException {
    handled.incrementAndGet();
    release.await();
    return Arrays.copyOf(body, 1);
  }

  private static byte[] zstd(byte[] body) {
    return join(
        ByteBuffer.allocate(5).put((byte) 2).putInt(body.length).array(), Zstd.compress(body));
  }

  private long allocatedByLoop() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(loopId.get());
  }

  @Test
  void theEventLoopDoesNotInflateWhatIsLarge() throws IOException {
    byte[] bomb = zstd(new byte[LARGE_BYTES]);
    assertThat(bomb.length).isLessThan(1000);
    try (RawPeer peer = peer()) {
      peer.greet("zstd").send(routed(0, 1, "inline", "x"));
      peer.read();
      long before = allocatedByLoop();
      for (int i = 0; i < BODIES; i++) {
        peer.send(routed(COMPRESSED, 2 + i, "inline", bomb), routed(0, 100 + i, "inline", "x"));
      }
      for (int i = 0; i < 2 * BODIES; i++) {
        assertThat(peer.read().type()).isEqualTo(1);
      }
      assertThat(allocatedByLoop() - before).isLessThan(LARGE_BYTES);
    }
    Integer[] expected = new Integer[1 + 2 * BODIES];
    Arrays.setAll(expected, i -> i % 2 == 1 ? LARGE_BYTES : 1);
    assertThat(order).as("nothing overtakes").containsExactly(expected);
  }

  @Test
  void aBodyCountsAsWhatItInflatesTo() throws IOException {
    byte[] bomb = zstd(new byte[LARGE_BYTES]);
    try (RawPeer peer = peer()) {
      peer.greet("zstd");
      for (int i = 1; i <= BODIES; i++) {
        peer.send(routed(COMPRESSED, i, "held", bomb));
      }
      await().until(() -> handled.get() == 1);
      Session session =
          server.sessions().stream().filter(s -> peer.isAt(s.peer())).findFirst().orElseThrow();
      assertThat(session.inFlightRequests()).as("reading has paused").isEqualTo(1);
      release.countDown();
      for (int i = 1; i <= BODIES; i++) {
        assertThat(peer.read().type()).isEqualTo(1);
      }
    }
  }

  @Test
  void anAnswerIsInflatedElsewhere() {
    byte[] body = new byte[LARGE_BYTES];
    new Random(7).ints(64, 0, LARGE_BYTES).forEach(i -> body[i] = (byte) i);
    try (Client client = Wirelace.client().compression("lz4").connect(server.uri())) {
      assertThat(client.request("echo", body)).isEqualTo(body);
      assertThat(client.session().counters().bytesIn()).isLessThan(LARGE_BYTES / 10);
    }
  }

  @Test
  void anAnswerThatThereIsNoMemoryToInflateFailsAndTheNextArrives() {
    byte[] body = new byte[LARGE_BYTES];
    try (Client client =
        Wirelace.client()
            .compression("lz4")
            .set("memory-budget", LARGE_BYTES / 2)
            .connect(server.uri())) {
      assertThatThrownBy(() -> client.request("echo", body))
          .isInstanceOfSatisfying(
              WirelaceException.class,
              e -> assertThat(e.fault().is(ErrorCode.RECEIVE_FAILED)).isTrue())
          .hasMessageContaining("memory-budget");
      assertThat(client.request("echo", new byte[1000])).hasSize(1000);
    }
  }

  @Test
  void whatShrinksByMoreThanThePeerInflatesIsPadded() {
    byte[] body = new byte[LARGE_BYTES];
    try (Server usual =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .route("echo", (session, message) -> message.body())
                .start();
        Client client = Wirelace.client().compression("zstd").connect(usual.uri())) {
      assertThat(client.request("echo", body)).isEqualTo(body);
      assertThat(client.session().counters().bytesOut())
          .isBetween(LARGE_BYTES / 1000L, LARGE_BYTES / 500L);
    }
  }
}
