package io.wirelace.quic;

import io.wirelace.Client;
import io.wirelace.ClientBuilder;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import java.net.URI;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Servers and clients for the tests of this package. */
abstract class QuicCase {
  static {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
  }

  static final TlsSettings TLS = Certificates.settings(Certificates.own());

  /** A server with an echo, and options as in {@code ?a=1&b=2}. */
  static ServerBuilder server(String options) {
    return Wirelace.server()
        .listen("quic://127.0.0.1:0" + options)
        .tls(TLS)
        .route("echo", (session, message) -> message.body());
  }

  static ClientBuilder client() {
    return Wirelace.client().tls(TLS);
  }

  static int port(Server server) {
    return URI.create(server.uri()).getPort();
  }

  static String at(int port) {
    return "quic://127.0.0.1:" + port;
  }

  static Fault faultOf(Result<Client> result) {
    return switch (result) {
      case Result.Ok<Client>(var client) -> {
        client.close();
        throw new AssertionError("it connected");
      }
      case Result.Err<Client>(var fault) -> fault;
    };
  }
}
