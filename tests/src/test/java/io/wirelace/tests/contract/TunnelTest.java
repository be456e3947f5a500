package io.wirelace.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract over the transport that the documentation writes, through an HTTP proxy. */
class TunnelTest extends FlowContract {
  private static HttpProxy proxy;

  @BeforeAll
  static void startProxy() throws IOException {
    proxy = new HttpProxy();
  }

  @AfterAll
  static void stopProxy() throws IOException {
    proxy.close();
  }

  @Override
  String listenUri() {
    return "tunnel://127.0.0.1:0";
  }

  @Override
  String at(String listeningUri) {
    return listeningUri + "?via=" + proxy.address();
  }

  @Test
  void theProxyIsAskedAndTheSessionNamesItsTransport() {
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      assertThat(client.request("echo", bytes(1))).isEqualTo(bytes(1));
      assertThat(client.session().transport()).isEqualTo("tunnel");
      assertThat(proxy.asked()).contains("127.0.0.1:" + URI.create(server.uri()).getPort());
    }
  }

  @Test
  void aProxyThatIsNotThereIsARefusal() {
    assertThatThrownBy(() -> Wirelace.connect("tunnel://127.0.0.1:1?via=127.0.0.1:1"))
        .hasMessageContaining("-601");
  }

  @Test
  void anUnknownOptionIsAnErrorForNothing() {
    assertThatThrownBy(() -> Wirelace.connect("tunnel://127.0.0.1:1?vai=127.0.0.1:1"))
        .hasMessageContaining("-664")
        .hasMessageContaining("vai");
  }

  @Test
  void itIsUnderAHundredLines() throws IOException {
    Path file =
        Path.of(System.getProperty("wirelace.root"))
            .resolve("examples/src/main/java/io/wirelace/examples/TunnelTransport.java");
    assertThat(Files.readAllLines(file)).hasSizeLessThan(100);
  }
}
