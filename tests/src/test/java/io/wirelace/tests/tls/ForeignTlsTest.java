package io.wirelace.tests.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.certificates.TestCa;
import io.wirelace.error.Result;
import io.wirelace.metrics.Event;
import io.wirelace.transport.PeerIdentity;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with openssl, gnutls-cli, sslscan and testssl. */
class ForeignTlsTest {
  @TempDir Path directory;

  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private TestCa ca;
  private TestCa.Leaf localhost;

  @BeforeEach
  void makeCertificates() {
    ca = TestCa.create(directory, "ca");
    localhost = ca.localhost();
  }

  private Server serve(String options) {
    return Wirelace.server()
        .listen("tls://127.0.0.1:0?" + (options.isEmpty() ? localhost.options() : options))
        .route(
            "slow",
            (session, message) -> {
              Thread.sleep(300);
              return message.body();
            })
        .route("echo", (session, message) -> message.body())
        .on(events::add)
        .start();
  }

  private static int port(Server server) {
    return URI.create(server.uri()).getPort();
  }

  private static byte[] request(String route, String body) {
    byte[] name = route.getBytes(US_ASCII);
    byte[] text = body.getBytes(US_ASCII);
    return ByteBuffer.allocate(14 + name.length + text.length)
        .putInt(10 + name.length + text.length)
        .put((byte) 0x40)
        .putLong(1)
        .put((byte) name.length)
        .put(name)
        .put(text)
        .array();
  }

  private static byte[] response(String body) {
    byte[] text = body.getBytes(US_ASCII);
    return ByteBuffer.allocate(13 + text.length)
        .putInt(9 + text.length)
        .put((byte) 1)
        .putLong(1)
        .put(text)
        .array();
  }

  private List<String> openssl(Server server, String... more) {
    Tool.mustBeThere("openssl");
    List<String> command =
        new ArrayList<>(
            List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + port(server),
                "-CAfile",
                ca.file().toString(),
                "-verify_return_error",
                "-verify_ip",
                "127.0.0.1"));
    command.addAll(List.of(more));
    return command;
  }

  private static void assertEcho(List<String> command) throws Exception {
    try (Tool peer = Tool.startForData(command)) {
      peer.write(request("echo", "hello"));
      assertThat(peer.data().readNBytes(18)).isEqualTo(response("hello"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "boringssl,-tls1_3",
    "boringssl,-tls1_2",
    "jdk,-tls1_3",
    "jdk,-tls1_2",
  })
  void opensslIsAnswered(String provider, String version) throws Exception {
    try (Server server = serve(localhost.options() + "&provider=" + provider)) {
      assertEcho(openssl(server, version, "-quiet"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_1", "-tls1"})
  void oldVersionsAreRefused(String version) throws Exception {
    try (Server server = serve("")) {
      assertThat(Tool.run(openssl(server, version, "-cipher", "DEFAULT@SECLEVEL=0")))
          .contains("alert protocol version");
      await().until(() -> server.failedHandshakes() > 0);
    }
  }

  @Test
  void theVersionsThatAreSetAreTheOnlyOnes() throws Exception {
    try (Server server = serve(localhost.options() + "&versions=1.3")) {
      assertThat(Tool.run(openssl(server, "-tls1_2"))).contains("alert protocol version");
      assertThat(Tool.run(openssl(server, "-tls1_3"))).contains("New, TLSv1.3");
    }
  }

  @Test
  void theCipherSuiteIsTheOneThatIsSet() throws Exception {
    String only = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256";
    try (Server server = serve(localhost.options() + "&versions=1.2&ciphers=" + only)) {
      assertThat(Tool.run(openssl(server))).contains("Cipher is ECDHE-ECDSA-CHACHA20-POLY1305");
      assertThat(Tool.run(openssl(server, "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")))
          .contains("alert handshake failure");
    }
    try (Server server = serve("")) {
      assertThat(
              Tool.run(openssl(server, "-tls1_2", "-cipher", "AES128-SHA:ECDHE-ECDSA-AES128-SHA")))
          .contains("alert handshake failure");
      assertThat(Tool.run(openssl(server, "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256")))
          .contains("Cipher is TLS_CHACHA20_POLY1305_SHA256");
    }
  }

  @Test
  void theNameThatIsAskedForPicksTheCertificate() throws Exception {
    TestCa.Leaf other = ca.issue("other", b -> b.addSanDnsName("other.example"));
    String both =
        "cert=%s,%s&key=%s,%s"
            .formatted(localhost.cert(), other.cert(), localhost.key(), other.key());
    try (Server server = serve(both)) {
      List<String> named =
          List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port(server), "-servername");
      Tool.mustBeThere("openssl");
      for (String[] expected :
          new String[][] {
            {"other.example", "other"}, {"localhost", "localhost"}, {"x.y", "localhost"}
          }) {
        List<String> command = new ArrayList<>(named);
        command.add(expected[0]);
        assertThat(Tool.run(command)).containsPattern("subject=CN ?= ?" + expected[1] + "\\s");
      }
    }
  }

  @Test
  void aClientProvesItselfOrGetsTheAlertForThat() throws Exception {
    TestCa.Leaf alice = ca.issue("alice", b -> b);
    try (Server server = serve(localhost.options() + "&client-auth=need&" + ca.option())) {
      try (Tool peer =
          Tool.startForData(
              openssl(
                  server,
                  "-quiet",
                  "-cert",
                  alice.cert().toString(),
                  "-key",
                  alice.key().toString()))) {
        peer.write(request("echo", "hello"));
        assertThat(peer.data().readNBytes(18)).isEqualTo(response("hello"));
        assertThat(server.sessions())
            .allMatch(s -> s.identity().map(PeerIdentity::label).orElse("").equals("CN=alice"));
      }
      assertThat(Tool.run(openssl(server, "-quiet"))).contains("alert certificate required");
      assertThat(Tool.run(openssl(server, "-quiet", "-tls1_2"))).contains("alert");
      TestCa.Leaf eve =
          TestCa.create(Files.createDirectory(directory.resolve("e")), "eves").issue("eve", b -> b);
      assertThat(
              Tool.run(
                  openssl(
                      server,
                      "-quiet",
                      "-cert",
                      eve.cert().toString(),
                      "-key",
                      eve.key().toString())))
          .contains("alert unknown ca");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tickets=true,-tls1_3,Reused",
    "tickets=true,-tls1_2,Reused",
    "tickets=false,-tls1_3,New",
    "session-cache=0,-tls1_3,New",
    "session-cache=0,-tls1_2,New",
  })
  void sessionsAreResumedAsFarAsIsSet(String options, String version, String expected)
      throws Exception {
    try (Server server = serve(localhost.options() + "&" + options)) {
      Path session = directory.resolve("session.pem");
      try (Tool first =
          Tool.start(openssl(server, version, "-nocommands", "-sess_out", session.toString()))) {
        first.write(request("echo", "hello"));
        first.until("hello", 20); // the ticket of TLS 1.3 comes behind the handshake, before this
        first.endInput();
        first.rest(20);
      }
      if (!Files.exists(session)) {
        assertThat(expected).isEqualTo("New"); // it has been given nothing to resume
        return;
      }
      assertThat(Tool.run(openssl(server, version, "-sess_in", session.toString())))
          .contains(expected + ", TLSv1");
    }
  }

  @ParameterizedTest
  @CsvSource({"boringssl,1.3", "boringssl,1.2", "jdk,1.3"})
  void gnutlsIsAnsweredAfterItHasEndedItsDirection(String provider, String version)
      throws Exception {
    Tool.mustBeThere("gnutls-cli");
    // By TLS 1.2 both directions end together, so there it asks what is answered at once.
    String route = version.equals("1.3") ? "slow" : "echo";
    try (Server server = serve(localhost.options() + "&provider=" + provider);
        Tool peer =
            Tool.start(
                List.of(
                    "gnutls-cli",
                    "--x509cafile",
                    ca.file().toString(),
                    "--priority",
                    "NORMAL:-VERS-ALL:+VERS-TLS" + version,
                    "--port",
                    Integer.toString(port(server)),
                    "127.0.0.1"))) {
      peer.write(request(route, "an-answer"));
      if (version.equals("1.2")) {
        await().until(() -> server.sessions().stream().anyMatch(s -> s.counters().framesOut() > 0));
      }
      peer.endInput();
      assertThat(peer.rest(30)).contains("Handshake was completed").contains("an-answer");
      await().until(() -> server.sessions().isEmpty());
    }
  }

  @Test
  void gnutlsOfAnOldVersionIsRefused() throws Exception {
    Tool.mustBeThere("gnutls-cli");
    try (Server server = serve("")) {
      String said =
          Tool.run(
              List.of(
                  "gnutls-cli",
                  "--insecure",
                  "--priority",
                  "NORMAL:-VERS-ALL:+VERS-TLS1.1",
                  "--port",
                  Integer.toString(port(server)),
                  "127.0.0.1"));
      assertThat(said).doesNotContain("Handshake was completed");
      await().until(() -> server.failedHandshakes() > 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void ourClientJudgesAServerOfOpenssl(String provider) throws Exception {
    Tool.mustBeThere("openssl");
    int port;
    try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (Tool there =
        Tool.start(
            List.of(
                "openssl",
                "s_server",
                "-accept",
                "127.0.0.1:" + port,
                "-cert",
                localhost.cert().toString(),
                "-key",
                localhost.key().toString(),
                "-quiet"))) {
      String uri = "tls://127.0.0.1:" + port + "?provider=" + provider + "&" + ca.option();
      await()
          .until(() -> {
            Result<Client> result = Wirelace.client().greeting(false).tryConnect(uri);
            return switch (result) {
              case Result.Ok<Client> ok -> {
                assertThat(ok.value().session().identity().map(PeerIdentity::label))
                    .hasValue("CN=localhost");
                ok.value().session().close();
                yield true;
              }
              case Result.Err<Client> err -> {
                assertThat(err.fault().number()).isEqualTo(-601); // it does not listen yet
                yield false;
              }
            };
          });
      String nobody = "&pin=sha256/" + Base64.getEncoder().encodeToString(new byte[32]);
      Result<Client> pinned = Wirelace.client().greeting(false).tryConnect(uri + nobody);
      assertThat(pinned.map(c -> "connected").orElse(f -> f.message())).contains("not pinned");
      assertThat(there.isRunning()).isTrue();
    }
  }

  @Test
  void sslscanFindsNothingWeak() throws Exception {
    Tool.mustBeThere("sslscan");
    try (Server server = serve("")) {
      String report = Tool.run(List.of("sslscan", "--no-colour", "127.0.0.1:" + port(server)));
      for (String old : List.of("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1")) {
        assertThat(report).containsPattern(old + " +disabled");
      }
      assertThat(report)
          .containsPattern("TLSv1.2 +enabled")
          .containsPattern("TLSv1.3 +enabled")
          .contains("Server supports TLS Fallback SCSV")
          .doesNotContain("CBC", "RC4", "3DES", "NULL", "Anonymous", "Accepted  TLSv1.2  112")
          .doesNotContain("Insecure");
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void testsslFindsNothingMediumOrWorse() throws Exception {
    Tool.mustBeThere("testssl");
    try (Server server = serve("")) {
      Path json = directory.resolve("testssl.json");
      try (Tool testssl =
          Tool.start(
              List.of(
                  "testssl",
                  "--warnings",
                  "off",
                  "--color",
                  "0",
                  "--quiet",
                  "--ip",
                  "one",
                  "--protocols",
                  "--std",
                  "--fs",
                  "--server-preference",
                  "--vulnerable",
                  "--jsonfile",
                  json.toString(),
                  "127.0.0.1:" + port(server)))) {
        testssl.endInput();
        testssl.rest(280);
      }
      String report = Files.readString(json);
      assertThat(report).contains("\"TLS1_3\"", "\"heartbleed\"", "\"LUCKY13\"");
      assertThat(report.lines().filter(l -> l.contains("\"severity\"")))
          .isNotEmpty()
          .noneMatch(l -> l.matches(".*\"(MEDIUM|HIGH|CRITICAL|FATAL)\".*"));
    }
  }
}
