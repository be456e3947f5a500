package io.wirelace.tests.any;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.certificates.TestCa;
import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.Event;
import io.wirelace.session.Session;
import io.wirelace.transport.StreamProtocol;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One port, and openssl, curl and socat at it, while a client of ours goes on. */
class AnyPeersTest {
  private static final TestCa CA = TestCa.temporary();
  private static final TestCa.Leaf OWN = CA.localhost();

  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private Server server;
  private Client bystander;
  private String port;

  @BeforeEach
  void start() {
    server =
        Wirelace.server()
            .listen("any://127.0.0.1:0?sniff-timeout=2s")
            .tls(TlsSettings.DEFAULT.with("cert", OWN.cert()).with("key", OWN.key()))
            .route("echo", (session, message) -> message.body())
            .on(events::add)
            .start();
    port = String.valueOf(URI.create(server.uri()).getPort());
    bystander = Wirelace.connect("tcp://127.0.0.1:" + port);
  }

  @AfterEach
  void theBystanderDidNotNotice() {
    try (Server closing = server;
        Client other = bystander) {
      assertThat(other.request("echo", new byte[] {1})).containsExactly(1);
      await().until(() -> closing.sessions().size() == 1);
    }
  }

  /** REQUEST id 1 route echo. */
  private static byte[] echo(String body) {
    byte[] bytes = body.getBytes(UTF_8);
    return ByteBuffer.allocate(18 + bytes.length)
        .putInt(14 + bytes.length)
        .put((byte) 0x40)
        .putLong(1)
        .put((byte) 4)
        .put("echo".getBytes(UTF_8))
        .put(bytes)
        .array();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void opensslGetsAnAnswerWithoutAlpn(String version) throws Exception {
    Peers.assumeInstalled("openssl");
    String printed = openssl(version, "-verify_return_error");
    assertThat(printed).contains("hello openssl");
  }

  @Test
  void opensslAgreesOnOurFramesByAlpn() throws Exception {
    Peers.assumeInstalled("openssl");
    assertThat(openssl("-alpn", "lace/1")).contains("hello openssl");
    assertThat(openssl("-alpn", "h3,lace/1")).contains("hello openssl");
  }

  /** The answer's text among what openssl prints; it stays until the server has answered. */
  private String openssl(String... more) throws Exception {
    String command =
        "(printf '%s' \"$FRAME\" | xxd -r -p; sleep 1) | openssl s_client -quiet -no_ign_eof"
            + " -connect 127.0.0.1:"
            + port
            + " -servername localhost -CAfile "
            + CA.file()
            + " "
            + String.join(" ", more);
    Peers.assumeInstalled("xxd");
    String hex = HexFormat.of().formatHex(echo("hello openssl"));
    return Peers.run(new byte[0], "sh", "-c", command.replace("$FRAME", hex));
  }

  @Test
  void socatGetsAnAnswer() throws Exception {
    Peers.assumeInstalled("socat");
    assertThat(Peers.run(echo("hello socat"), "socat", "-t", "5", "-", "TCP:127.0.0.1:" + port))
        .contains("hello socat");
    assertThat(
            Peers.run(
                echo("hello socat"),
                "socat",
                "-t",
                "5",
                "-",
                "OPENSSL:127.0.0.1:" + port + ",cafile=" + CA.file() + ",commonname=localhost"))
        .contains("hello socat");
  }

  private static void assumeHttp() {
    Assumptions.assumeTrue(
        ServiceLoader.load(StreamProtocol.class).stream()
            .anyMatch(p -> p.get().name().equals("http")),
        "skipped, nobody on the class path speaks HTTP");
  }

  private String curl(String... command) throws Exception {
    Peers.assumeInstalled("curl");
    String[] all = new String[command.length + 5];
    all[0] = "curl";
    all[1] = "-sS";
    all[2] = "-i";
    all[3] = "--max-time";
    all[4] = "20";
    System.arraycopy(command, 0, all, 5, command.length);
    return Peers.run(new byte[0], all);
  }

  @Test
  void curlGetsThePageOverHttpAndHttpsOnTheSamePort() throws Exception {
    assumeHttp();
    String plain = curl("http://127.0.0.1:" + port + "/");
    assertThat(plain).startsWith("HTTP/1.1 200").containsIgnoringCase("wirelace");
    String tls = curl("--cacert", CA.file().toString(), "https://localhost:" + port + "/");
    assertThat(tls).startsWith("HTTP/1.1 200").containsIgnoringCase("wirelace");
    assertThat(server.denied()).isZero();
  }

  @Test
  void curlIsToldWhereHttpIsForbidden() throws Exception {
    try (Server closed = Wirelace.server().listen("any://127.0.0.1:0?http=false").start()) {
      String answer = curl(closed.uri().replaceFirst("any:", "http:"));
      assertThat(answer).startsWith("HTTP/1.1 403").contains("-614");
      assertThat(closed.denied()).isEqualTo(1);
    }
  }

  @Test
  void httpMayComeByteByByte() throws Exception {
    assumeHttp();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
      socket.setTcpNoDelay(true);
      String ask = "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n";
      for (byte one : ask.getBytes(UTF_8)) {
        socket.getOutputStream().write(one);
      }
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void whereTlsIsRequiredHttpsIsServedAndHttpIsNot() throws Exception {
    assumeHttp();
    try (Server strict =
        Wirelace.server().listen("any://127.0.0.1:0?plaintext=false&" + OWN.options()).start()) {
      String at = "127.0.0.1:" + URI.create(strict.uri()).getPort() + "/";
      assertThat(curl("http://" + at)).startsWith("HTTP/1.1 403").contains("plaintext=false");
      assertThat(curl("--cacert", CA.file().toString(), "https://" + at))
          .startsWith("HTTP/1.1 200");
      assertThat(strict.denied()).isEqualTo(1);
    }
  }

  @Test
  void whereOurFramesAreForbiddenAClientIsToldSo() throws Exception {
    assumeHttp();
    try (Server http =
        Wirelace.server().listen("any://127.0.0.1:0?native=false&" + OWN.options()).start()) {
      String at = "127.0.0.1:" + URI.create(http.uri()).getPort();
      TlsSettings trusting = TlsSettings.DEFAULT.with("ca", CA.file());
      for (String scheme : new String[] {"tcp://", "tls://"}) {
        assertThatThrownBy(() -> Wirelace.client().tls(trusting).connect(scheme + at))
            .hasMessageContaining("-614")
            .hasMessageContaining("native");
      }
      assertThat(curl("http://" + at + "/")).startsWith("HTTP/1.1 200");
      assertThat(http.denied()).isEqualTo(2);
    }
  }

  @Test
  void everyoneAtOnceOnOnePort() throws Exception {
    try (Client tls =
            Wirelace.client()
                .tls(TlsSettings.DEFAULT.with("ca", CA.file()))
                .connect("tls://127.0.0.1:" + port);
        Client tcp = Wirelace.connect("tcp://127.0.0.1:" + port)) {
      assertThat(tls.request("echo", new byte[7])).hasSize(7);
      assertThat(tcp.request("echo", new byte[8])).hasSize(8);
      assertThat(server.sessions())
          .extracting(Session::transport)
          .containsExactlyInAnyOrder("tcp", "tcp", "tls");
    }
  }
}
