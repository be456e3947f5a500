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

/** The contract inside TLS, both sides proving who they are. */
abstract class TlsContract extends FlowContract {
  abstract String provider();

  @Override
  String listenUri() {
    return "tls://127.0.0.1:0";
  }

  @Override
  ServerBuilder server(String uri) {
    return super.server(uri).tls(MutualTls.server().with("provider", provider()));
  }

  @Override
  ClientBuilder client() {
    return super.client().tls(MutualTls.client().with("provider", provider()));
  }

  @Test
  void bothSidesKnowWhoThePeerIs() {
    try (Server server = echo();
        Client client = client().connect(server.uri())) {
      await().until(() -> server.sessions().size() == 1);
      Session there = server.sessions().iterator().next();
      assertThat(there.transport()).isEqualTo("tls");
      assertThat(client.session().transport()).isEqualTo("tls");
      assertThat(there.identity().map(PeerIdentity::label)).hasValue("CN=localhost");
      assertThat(client.session().identity().map(PeerIdentity::label)).hasValue("CN=localhost");
    }
  }
}
