package io.wirelace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.metrics.Event;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ListenerTest {
  @Test
  void anErrorOfAListenerKeepsNoPlaceAmongTheConnections() {
    try (Server server =
        Wirelace.server()
            .listen("tcp://127.0.0.1:0")
            .maxConnections(2)
            .drainTimeout(Duration.ofSeconds(30))
            .on(event -> {
              if (event instanceof Event.Closed || event instanceof Event.Opened) {
                throw new AssertionError("thrown by the test, to be logged");
              }
            })
            .route("echo", (session, message) -> message.body())
            .start()) {
      for (int i = 0; i < 6; i++) {
        try (Client client = Wirelace.connect(server.uri())) {
          assertThat(client.request("echo", new byte[3])).hasSize(3);
        }
        await().until(() -> server.sessions().isEmpty());
      }
    }
  }
}
