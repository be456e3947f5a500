package io.wirelace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.session.Session;
import io.wirelace.transport.PeerIdentity;

/** A server and a client through a socket file. */
final class LocalSockets {
  private LocalSockets() {}

  /** Who the server says the caller is. */
  static String whoAmI(String path) {
    String uri = "unix:" + path;
    // snippet: unix
    try (Server server = Wirelace.server().listen(uri).route("who", (s, m) -> who(s)).start();
        Client client = Wirelace.connect("unix:" + path)) {
      // end
      return new String(client.request("who", new byte[0]), UTF_8) + " at " + server.uri();
    }
  }

  // snippet: unix-identity
  private static byte[] who(Session session) {
    return session
        .identity()
        .map(peer ->
            peer instanceof PeerIdentity.LocalProcess process && process.uid() == 0
                ? "the root user"
                : peer.label())
        .orElse("somebody of this machine")
        .getBytes(UTF_8);
  }
  // end
}
