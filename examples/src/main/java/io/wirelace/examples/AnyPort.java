package io.wirelace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;

/** One port for every protocol. */
public final class AnyPort {
  private AnyPort() {}

  /** Starts a server that any client may come to, and one of them. */
  public static byte[] run(byte[] body) {
    // snippet: any
    try (Server server =
            Wirelace.server().listen("any://127.0.0.1:0").defaultRoute((s, m) -> m.body()).start();
        Client client = Wirelace.connect(server.uri().replaceFirst("any:", "tcp:"))) {
      return client.request("", body);
    }
    // end
  }

  /** Believes the proxies of a network, and tells who is behind them. */
  public static Server behindProxies(String uri) {
    // snippet: any-proxy
    return Wirelace.server()
        .listen(uri + "?proxy-from=10.0.0.0/8,127.0.0.1")
        .route("who", (session, message) -> session.peer().toString().getBytes(UTF_8))
        .start();
    // end
  }
}
