package io.wirelace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;

/** The same server and client over WebSocket; needs wirelace-http on the class path. */
public final class WebSockets {
  private WebSockets() {}

  /** One call over WebSocket; returns the answer. */
  public static String call() {
    // snippet: websocket
    try (Server server =
            Wirelace.server()
                .listen("ws://127.0.0.1:0/lace?origins=https://app.example.com")
                .route("echo", (session, message) -> message.body())
                .start();
        Client client = Wirelace.connect(server.uri())) {
      return new String(client.request("echo", "hello".getBytes(UTF_8)), UTF_8);
    }
    // end
  }
}
