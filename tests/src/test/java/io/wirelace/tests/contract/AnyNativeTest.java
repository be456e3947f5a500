package io.wirelace.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.Client;
import io.wirelace.Server;
import org.junit.jupiter.api.Test;

/** The contract over a port that serves all, for clients that speak our frames over TCP. */
class AnyNativeTest extends FlowContract {
  @Override
  String listenUri() {
    return "any://127.0.0.1:0";
  }

  @Override
  String at(String listeningUri) {
    return listeningUri.replaceFirst("any:", "tcp:");
  }

  @Test
  void theSessionIsOneOfTcp() {
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      client.request("echo", bytes(1));
      assertThat(server.sessions()).allMatch(session -> session.transport().equals("tcp"));
    }
  }
}
