package io.wirelace.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.ClientBuilder;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.session.Session;
import io.wirelace.transport.PeerIdentity;
import org.junit.jupiter.api.Test;

/** The contract over WebSocket inside TLS, both sides proving who they are. */
class WssTest extends FlowContract {
  @Override
  String listenUri() {
    return "wss://127.0.0.1:0";
  }

  @Override
  ServerBuilder server(String uri) {
    return super.server(uri).tls(MutualTls.server());
  }

  @Override
  ClientBuilder client() {
    return super.client().tls(MutualTls.client());
  }

  @Test
  void theSessionKnowsItsSchemeAndWhoThePeerIs() {
    try (Server server = echo();
        Client client = client().connect(server.uri())) {
      await().until(() -> server.sessions().size() == 1);
      Session there = server.sessions().iterator().next();
      assertThat(there.transport()).isEqualTo("wss");
      assertThat(client.session().transport()).isEqualTo("wss");
      assertThat(there.identity().map(PeerIdentity::label)).hasValue("CN=localhost");
    }
  }
}
