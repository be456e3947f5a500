package io.wirelace.examples;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.error.Result;
import java.time.Duration;

/** A server and a client by datagrams. */
final class Datagrams {
  private Datagrams() {}

  /** A request that may be asked again, until it is answered. */
  static byte[] askAgain(byte[] question) {
    // snippet: udp
    try (Server server =
            Wirelace.server().listen("udp://127.0.0.1:0").defaultRoute((s, m) -> m.body()).start();
        Client client = Wirelace.connect(server.uri())) {
      // end
      return ask(client, question);
    }
  }

  // snippet: udp-again
  private static byte[] ask(Client client, byte[] question) {
    Result<byte[]> answer = client.tryRequest("", question, Duration.ofMillis(200));
    while (answer instanceof Result.Err<byte[]>(var fault) && fault.number() == -643) {
      answer = client.tryRequest("", question, Duration.ofMillis(200)); // one of the two was lost
    }
    return answer.orThrow();
  }
  // end
}
