package io.wirelace.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.transport.IoBackend;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A listener on all addresses answers from the one that was asked. */
class AskedAddressTest extends QuicCase {
  @Test
  void eachAddressThatIsAskedAnswersItself() {
    Assumptions.assumeTrue(IoBackend.EPOLL.whyNot() == null, "only epoll tells the address");
    try (Server server =
        Wirelace.server()
            .listen("quic://*:0")
            .tls(TLS)
            .route("echo", (session, message) -> message.body())
            .start()) {
      for (String host : new String[] {"127.0.0.1", "127.0.0.2", "127.0.0.2"}) {
        try (Client client =
            client()
                .connectTimeout(Duration.ofSeconds(30))
                .connect("quic://" + host + ":" + port(server) + "?server-name=localhost")) {
          assertThat(client.request("echo", new byte[100_000])).hasSize(100_000);
        }
      }
    }
  }
}
