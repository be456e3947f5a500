package io.wirelace.cli;

import io.wirelace.config.Defaults;
import io.wirelace.error.PeerText;
import io.wirelace.transport.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Asks a server for its certificates, only to look at them: nothing is sent, nothing trusted. */
final class ShownByServer {
  private static final int TIMEOUT_MS = 10_000;

  private ShownByServer() {}

  static List<X509Certificate> chain(String uri) {
    Endpoint endpoint = Endpoint.parse(uri);
    String host = endpoint.host().isEmpty() ? Defaults.HOST : endpoint.host();
    int port = endpoint.port() < 0 ? Defaults.PORT : endpoint.port();
    Looker looker = new Looker();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
      socket.setSoTimeout(TIMEOUT_MS);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {looker}, null);
      try (SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true)) {
        tls.startHandshake();
      }
    } catch (IOException | GeneralSecurityException e) {
      // A server that wants a certificate of ours has shown its own before it says so.
      if (looker.seen.get() == null) {
        throw new CommandFailed(
            ExitCode.NOT_CONNECTED,
            "no certificate from "
                + endpoint.uri()
                + ": "
                + PeerText.line(String.valueOf(e.getMessage())));
      }
    }
    List<X509Certificate> seen = looker.seen.get();
    if (seen == null) {
      throw new CommandFailed(
          ExitCode.NOT_CONNECTED, "no certificate from " + endpoint.uri() + ": it showed none");
    }
    return seen;
  }

  /** Keeps what it sees. */
  private static final class Looker extends X509ExtendedTrustManager {
    private final AtomicReference<@Nullable List<X509Certificate>> seen = new AtomicReference<>();

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
      seen.set(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
      seen.set(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      seen.set(List.of(chain));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
      throw new IllegalStateException("this side is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
      throw new IllegalStateException("this side is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
      throw new IllegalStateException("this side is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
