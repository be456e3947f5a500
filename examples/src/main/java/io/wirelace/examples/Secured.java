package io.wirelace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.config.TlsSettings;
import io.wirelace.transport.PeerIdentity;
import java.nio.file.Path;

/** A server and a client that prove to each other who they are. */
public final class Secured {
  private Secured() {}

  /**
   * Calls a server inside TLS.
   *
   * @param certs what {@code lace cert server} and {@code lace cert client alice} have made
   * @return who the server says is calling
   */
  public static String whoAmI(Path certs) {
    // snippet: tls
    TlsSettings server =
        TlsSettings.DEFAULT
            .with("cert", certs.resolve("server.pem"))
            .with("key", certs.resolve("server.key"))
            .with("client-auth", "need")
            .with("ca", certs.resolve("ca.pem"));
    TlsSettings client =
        TlsSettings.DEFAULT
            .with("cert", certs.resolve("alice.pem"))
            .with("key", certs.resolve("alice.key"))
            .with("ca", certs.resolve("ca.pem"));
    try (Server listening =
            Wirelace.server()
                .tls(server)
                .listen("tls://localhost:0")
                .route(
                    "who",
                    (session, message) ->
                        session
                            .identity()
                            .map(PeerIdentity::label)
                            .orElse("nobody")
                            .getBytes(UTF_8))
                .start();
        Client calling = Wirelace.client().tls(client).connect(listening.uri())) {
      return new String(calling.request("who", new byte[0]), UTF_8); // CN=alice
    }
    // end
  }
}
