package io.wirelace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.certificates.TestCa;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.session.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shared port makes of the first bytes inside TLS; the peer is the JDK's. */
class InsideTlsTest extends ServerCase {
  private static final TestCa CA = TestCa.temporary();
  private static final TestCa.Leaf OWN = CA.localhost();

  private static final int IMPATIENT = 2;

  @Override
  String listenUri() {
    return "any://127.0.0.1:0?" + OWN.options();
  }

  @Override
  String clientUri() {
    return server.uri().replaceFirst("any:", "tcp:");
  }

  @Override
  void configure(ServerBuilder builder) {
    builder.listen(
        "any://127.0.0.1:0?plaintext=false&proxy-from=127.0.0.2&" + OWN.options(),
        "any://127.0.0.1:0?sniff-timeout=300ms&" + OWN.options());
  }

  /** A socket that sends byte by byte. */
  private static final class Dripping extends Socket {
    Dripping(String host, int port) throws IOException {
      super(host, port);
      setTcpNoDelay(true);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      OutputStream out = super.getOutputStream();
      return new OutputStream() {
        @Override
        public void write(int one) throws IOException {
          out.write(one);
        }
      };
    }
  }

  private RawPeer tls(int listener, String... alpn) throws Exception {
    URI uri = URI.create(server.uris().get(listener));
    return tls(new Socket(uri.getHost(), uri.getPort()), alpn);
  }

  private static RawPeer tls(Socket below, String... alpn) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            context().getSocketFactory().createSocket(below, "localhost", below.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(alpn);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    if (List.of(alpn).contains("lace/1")) {
      assertThat(socket.getApplicationProtocol()).isEqualTo("lace/1");
    }
    return new RawPeer(socket);
  }

  private static SSLContext context() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(CA.file())) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private void awaitDenial(int code, String words) {
    await().untilAsserted(() -> assertThat(server.denied()).isEqualTo(1));
    List<Fault> denials =
        events.stream()
            .filter(e -> e instanceof Event.Denied)
            .map(e -> ((Event.Denied) e).fault())
            .toList();
    assertThat(denials).hasSize(1);
    assertThat(denials.getFirst().number()).isEqualTo(code);
    assertThat(denials.getFirst().message()).contains(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lace/1", "h2"})
  void ourFramesAreServedInside(String alpn) throws Exception {
    try (RawPeer peer = alpn.isEmpty() ? tls(0) : tls(0, alpn)) {
      peer.expectAlive();
      assertThat(server.sessions()).extracting(Session::transport).contains("tls");
    }
  }

  @Test
  void silenceInsideIsDroppedUnlessOurFramesWereAgreedOn() throws Exception {
    try (RawPeer agreed = tls(IMPATIENT, "lace/1");
        RawPeer silent = tls(IMPATIENT)) {
      silent.expectEndOrReset();
      awaitDenial(-610, "sniff-timeout");
      agreed.expectAlive();
    }
  }

  @Test
  void theHelloMayComeByteByByte() throws Exception {
    URI uri = URI.create(server.uri());
    try (RawPeer peer = tls(new Dripping(uri.getHost(), uri.getPort()))) {
      peer.expectAlive();
    }
  }

  @Test
  void theFramesInsideMayComeByteByByte() throws Exception {
    try (RawPeer peer = tls(0)) {
      for (byte one : RawPeer.routed(0, 5, "echo", "slowly")) {
        peer.send(new byte[] {one});
      }
      assertThat(peer.read().text()).isEqualTo("slowly");
    }
  }

  @Test
  void garbageInsideIsDropped() throws Exception {
    try (RawPeer peer = tls(0)) {
      peer.send(RawPeer.hex("FFFFFFFF"));
      peer.expectEndOrReset();
      awaitDenial(-605, "ffffffff");
    }
  }

  @Test
  void tlsInsideTlsIsNotServed() throws Exception {
    try (RawPeer peer = tls(0)) {
      peer.send(RawPeer.hex("160301020001"));
      assertThat(peer.bytes(7)).isEqualTo(RawPeer.hex("15030100020228"));
      awaitDenial(-614, "TLS inside TLS");
    }
  }

  @Test
  void aProxyHeaderInsideIsNotBelieved() throws Exception {
    try (RawPeer peer = tls(1)) {
      peer.send("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".getBytes(US_ASCII));
      peer.expectEndOrReset();
      awaitDenial(-625, "not first");
    }
  }

  @Test
  void httpInsideIsToldThatNobodySpeaksIt() throws Exception {
    try (RawPeer peer = tls(0)) {
      peer.send("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
      assertThat(new String(peer.rest(), UTF_8)).startsWith("HTTP/1.1 403 ").contains("-614");
      awaitDenial(-614, "HTTP");
    }
  }

  @Test
  void whereTlsIsRequiredItIsServed() throws Exception {
    try (RawPeer peer = tls(1)) {
      peer.expectAlive();
      assertThat(server.sessions()).extracting(Session::transport).contains("tls");
    }
  }

  @Test
  void behindAProxyTheHeaderComesBeforeTls() throws Exception {
    URI uri = URI.create(server.uris().get(1));
    Socket socket = new Socket(uri.getHost(), uri.getPort(), InetAddress.getByName("127.0.0.2"), 0);
    socket.getOutputStream().write("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".getBytes(US_ASCII));
    try (RawPeer peer = tls(socket)) {
      peer.expectAlive();
      assertThat(server.sessions())
          .extracting(session -> session.transport() + " " + session.peer())
          .contains("tls /192.0.2.1:1");
    }
  }
}
