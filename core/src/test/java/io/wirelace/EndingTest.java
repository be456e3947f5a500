package io.wirelace;

import static io.wirelace.RawPeer.routed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.metrics.Event;
import io.wirelace.session.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What was accepted is answered, however the session ends; what is answered is bounded. */
class EndingTest extends ServerCase {
  @Override
  void configure(ServerBuilder builder) {
    builder.routeAsync(
        "later",
        (session, message) ->
            CompletableFuture.supplyAsync(
                message::body, CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS)));
    builder.on(event -> {
      if (event instanceof Event.Opened(var id, var transport, var peer)) {
        Session session = server.session(id).orElseThrow();
        assertThat(session.trySend("early", "before WELCOME".getBytes(UTF_8)).accepted()).isTrue();
      }
    });
  }

  @Test
  void aLateAnswerReachesAPeerThatHasEndedItsSide() throws IOException {
    for (int i = 0; i < 200; i++) {
      try (RawPeer peer = peer()) {
        assertThat(peer.read().type()).as("the early notification").isEqualTo(0x42);
        peer.send(routed(0, 1, "later", "answer"));
        peer.endOutput();
        assertThat(peer.read().text()).as("round %d", i).isEqualTo("answer");
        peer.expectEnd();
      }
    }
  }

  /** More than the socket takes at once is still on its way when both sides have ended. */
  @Test
  void aLargeAnswerReachesAPeerThatHasEndedItsSideAndThenTheEnd() throws Exception {
    try (RawPeer peer = peer()) {
      assertThat(peer.read().type()).as("the early notification").isEqualTo(0x42);
      byte[] body = new byte[12 * 1024 * 1024];
      Arrays.fill(body, (byte) 7);
      peer.send(routed(0, 1, "later", body));
      peer.endOutput();
      assertThat(peer.read().payload()).isEqualTo(body);
      peer.expectEnd();
    }
  }

  @Test
  void aServerMaySpeakBeforeItHasReadTheGreeting() {
    CopyOnWriteArrayList<String> heard = new CopyOnWriteArrayList<>();
    try (Client client =
        Wirelace.client()
            .receive("early", (session, message) -> heard.add(message.text()))
            .connect(server.uri())) {
      assertThat(client.request("echo", new byte[1])).hasSize(1);
      await().untilAsserted(() -> assertThat(heard).containsExactly("before WELCOME"));
    }
  }

  @Test
  void errorsToAPeerThatDoesNotReadAreBounded() throws Exception {
    try (RawPeer peer = peer()) {
      byte[] thousandBadRequests = new byte[13 * 1000];
      for (int i = 0; i < 1000; i++) {
        thousandBadRequests[13 * i + 3] = 9; // id 0
      }
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 20_000; i++) {
                    peer.send(thousandBadRequests);
                  }
                } catch (IOException e) {
                  // The test is over, and the socket closed.
                }
              });
      await().until(() -> longestQueue() >= 1024 * 1024);
      await()
          .during(Duration.ofMillis(500))
          .atMost(Duration.ofSeconds(5))
          .until(() -> longestQueue() < 3 * 1024 * 1024);
      peer.socket().close();
      writer.join();
    }
  }

  private long longestQueue() {
    return server.sessions().stream().mapToLong(Session::queuedBytes).max().orElse(0);
  }
}
