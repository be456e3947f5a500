package io.wirelace.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.ClientBuilder;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.certificates.TestCa;
import io.wirelace.config.TlsSettings;
import io.wirelace.transport.StreamProtocol;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The contract over a port that serves all, for clients that speak one of its protocols. */
abstract class AnyContract extends FlowContract {
  private static final TestCa CA = TestCa.temporary();
  private static final TestCa.Leaf OWN = CA.localhost();

  /** What the clients speak. */
  abstract String scheme();

  static void assumeHttp() {
    Assumptions.assumeTrue(
        ServiceLoader.load(StreamProtocol.class).stream()
            .anyMatch(p -> p.get().name().equals("http")),
        "skipped, nobody on the class path speaks HTTP");
  }

  @Override
  String listenUri() {
    return "any://127.0.0.1:0";
  }

  @Override
  String at(String listeningUri) {
    return listeningUri.replaceFirst("any:", scheme() + ":");
  }

  @Override
  ServerBuilder server(String uri) {
    return super.server(uri)
        .tls(TlsSettings.DEFAULT.with("cert", OWN.cert()).with("key", OWN.key()));
  }

  @Override
  ClientBuilder client() {
    return super.client().tls(TlsSettings.DEFAULT.with("ca", CA.file()));
  }

  @Test
  void theSessionIsOfWhatTheClientSpeaks() {
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      await().until(() -> server.sessions().size() == 1);
      assertThat(server.sessions()).allMatch(s -> s.transport().equals(scheme()));
      assertThat(client.session().transport()).isEqualTo(scheme());
      assertThat(server.denied()).isZero();
    }
  }
}
