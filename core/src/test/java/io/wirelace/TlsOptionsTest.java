package io.wirelace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.wirelace.certificates.TestCa;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.security.TlsProvider;
import io.wirelace.session.Session;
import io.wirelace.transport.PeerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each option of TLS acts. */
class TlsOptionsTest extends TlsCase {
  private static String label(Session session) {
    return session.identity().map(PeerIdentity::label).orElse("nobody");
  }

  private void assertConfigFault(Runnable opening, String... words) {
    assertThatThrownBy(opening::run)
        .isInstanceOfSatisfying(
            WirelaceException.class,
            e -> {
              assertThat(e.fault().number()).isEqualTo(-664);
              assertThat(e.fault().message()).contains(words);
            });
  }

  @Test
  void aServerWithoutACertificateTellsHowToMakeOne() {
    assertConfigFault(() -> serve(""), "needs a certificate", "lace cert");
  }

  @Test
  void aKeyThatIsNotTheCertificatesIsRefused() {
    TestCa.Leaf other = ca.issue("other", b -> b);
    assertConfigFault(
        () -> serve("cert=" + localhost.cert() + "&key=" + other.key()), "CN=localhost");
  }

  @Test
  void filesThatAreNotThereOrNotPemAreNamed() {
    assertConfigFault(() -> serve("cert=/nowhere&key=/nowhere"), "/nowhere", "cannot be read");
    assertConfigFault(
        () -> serve("cert=" + localhost.key() + "&key=" + localhost.key()), "no certificate");
    assertConfigFault(
        () -> serve("cert=" + localhost.cert() + "&key=" + localhost.cert()), "no private key");
    assertConfigFault(() -> serve("cert=" + localhost.cert()), "a key for each");
  }

  @Test
  void clientsAreNotAuthenticatedByPublicCas() {
    assertConfigFault(() -> serve(localhost.options() + "&client-auth=need"), "needs ca=FILE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "want"})
  void aPinOnAServerThatLetsClientsInWithoutACertificateIsAMistake(String clientAuth) {
    String pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assertConfigFault(
        () ->
            serve(
                localhost.options()
                    + "&"
                    + ca.option()
                    + "&client-auth="
                    + clientAuth
                    + "&pin="
                    + pin),
        "client-auth=need");
  }

  @Test
  void valuesOutOfRangeAreRefusedWhereTheyAreGiven() {
    assertConfigFault(() -> serve(localhost.options() + "&versions=1.1"), "1.3, 1.2");
    assertConfigFault(() -> serve(localhost.options() + "&client-auth=maybe"), "none, want, need");
    assertConfigFault(() -> serve(localhost.options() + "&pin=sha1/abc"), "sha256/");
    assertConfigFault(() -> serve(localhost.options() + "&ciphers=TLS_NULL"), "TLS_NULL");
    assertConfigFault(() -> serve(localhost.options() + "&certs=x"), "certs", "unknown");
    assertConfigFault(() -> Wirelace.server().listen("tls://127.0.0.1:0?tls=false"), "tcp://");
    assertConfigFault(() -> Wirelace.server().set("tls-nothing", "x"), "nothing");
  }

  @Test
  void tcpWithTlsTrueIsTls() {
    try (Server server =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0?tls=true&" + localhost.options())
                .route("echo", (s, m) -> m.body())
                .start();
        Client client = Wirelace.connect(server.uri() + "?tls=true&" + ca.option())) {
      assertEcho(client);
      assertThat(client.session().transport()).isEqualTo("tls");
      assertThat(label(client.session())).isEqualTo("CN=localhost");
    }
  }

  @Test
  void theSettingsHoldForEveryEndpointAndItsOptionsWin() {
    TestCa.Leaf other = ca.issue("other", b -> b.addSanIpAddress("127.0.0.1"));
    Server server =
        serve(
            other.options(),
            builder ->
                builder
                    .listen("tls://127.0.0.1:0")
                    .set("tls-cert", localhost.cert())
                    .set("tls-key", localhost.key()));
    ClientBuilder builder =
        Wirelace.client().tls(TlsSettings.DEFAULT.with("ca", ca.file().toString()));
    try (Client first = builder.connect(server.uris().get(0));
        Client second = builder.connect(server.uris().get(1))) {
      assertThat(label(first.session())).isEqualTo("CN=other");
      assertThat(label(second.session())).isEqualTo("CN=localhost");
    }
  }

  @ByEachProvider
  void theNameThatIsAskedForPicksTheCertificate(String provider) {
    TestCa.Leaf a = ca.issue("a", b -> b.addSanDnsName("a.example"));
    TestCa.Leaf wild = ca.issue("wild", b -> TestCa.withDnsName(b, "*.b.example"));
    serve(
        "cert=%s,%s,%s&key=%s,%s,%s&provider=%s"
            .formatted(
                localhost.cert(),
                a.cert(),
                wild.cert(),
                localhost.key(),
                a.key(),
                wild.key(),
                provider));
    for (String[] expected :
        new String[][] {
          {"a.example", "CN=a"}, {"x.b.example", "CN=wild"}, {"127.0.0.1", "CN=localhost"}
        }) {
      try (Client client = connect("provider=" + provider + "&server-name=" + expected[0])) {
        assertEcho(client);
        assertThat(label(client.session())).isEqualTo(expected[1]);
      }
    }
    assertThat(refusal(uri(ca.option() + "&server-name=y.x.b.example")).message())
        .contains("another host");
  }

  @ByEachProvider
  void aWantedClientCertificateIsTheSessionsIdentity(String provider) {
    Server server =
        serve(localhost.options() + "&client-auth=want&" + ca.option() + "&provider=" + provider);
    try (Client nobody = connect("provider=" + provider)) {
      assertEcho(nobody);
      assertThat(server.sessions()).allMatch(s -> s.identity().isEmpty());
    }
    await().until(() -> server.sessions().isEmpty());
    String bob = ca.issue("bob", b -> b).options();
    // The second resumes the first: who it is must not be lost with that.
    for (int i = 0; i < 3; i++) {
      try (Client client = connect("provider=" + provider + "&" + bob)) {
        assertEcho(client);
        assertThat(server.sessions()).anyMatch(s -> label(s).equals("CN=bob"));
      }
    }
  }

  @ByEachProvider
  void oneOfSeveralPinsIsEnough(String provider) {
    String nobody = "sha256/" + Base64.getEncoder().encodeToString(new byte[32]);
    serve(localhost.options());
    try (Client client =
        connect("provider=" + provider + "&pin=" + nobody + "," + TestCa.pin(localhost))) {
      assertEcho(client);
    }
  }

  @ByEachProvider
  void theHostIsNotVerifiedWhereThatIsSwitchedOff(String provider) {
    serve(ca.issue("other", b -> b.addSanDnsName("other.example")).options());
    try (Client client = connect("verify-host=false&provider=" + provider)) {
      assertEcho(client);
    }
  }

  @Test
  void theProviderIsReadable() {
    serve(localhost.options() + "&provider=jdk");
    assertThat(awaitEvent(Event.TlsReady.class).provider()).isEqualTo("jdk (provider=jdk)");
    assertThat(TlsProvider.choose(TlsSettings.DEFAULT).label())
        .isEqualTo(
            TlsProvider.whyNotBoringSsl() == null
                ? "boringssl"
                : "jdk (BoringSSL is not in use: " + TlsProvider.whyNotBoringSsl() + ")");
  }

  @Test
  void whatBoringSslCannotDoIsTheJdksToDo() {
    String suite = "ciphers=TLS_AES_128_GCM_SHA256";
    assertConfigFault(
        () -> serve(localhost.options() + "&provider=boringssl&" + suite), "cannot choose among");
    serve(localhost.options() + "&" + suite);
    assertThat(awaitEvent(Event.TlsReady.class).provider())
        .contains("jdk")
        .contains("cannot choose among");
    try (Client client = connect("")) {
      assertEcho(client);
    }
    assertThat(refusal(uri(ca.option() + "&ciphers=TLS_AES_256_GCM_SHA384")).number())
        .isEqualTo(-607);
  }

  @Test
  void aHandshakeThatIsNotDoneInTimeIsTold() throws Exception {
    Server server = serve(localhost.options() + "&handshake-timeout=100ms");
    try (RawPeer silent = new RawPeer(server.uri())) {
      assertThat(failure().message()).contains("not done in time");
      assertThat(silent.socket().getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void forOneHandshakeTooManyTheOldestGoes() throws Exception {
    Server server = serve(localhost.options() + "&max-handshakes=2");
    try (RawPeer first = new RawPeer(server.uri());
        RawPeer second = new RawPeer(server.uri());
        RawPeer third = new RawPeer(server.uri())) {
      assertThat(awaitEvent(Event.Denied.class).fault().number()).isEqualTo(-609);
      try (Client client = connect("")) {
        assertEcho(client); // though two that say nothing have the places
      }
      assertThat(first.socket().getInputStream().read()).isEqualTo(-1);
      second.socket().close();
      third.socket().close();
    }
  }

  /** At once: a file that is being copied is empty for a moment, and may be looked at in it. */
  private static void replace(Path file, Path by) throws IOException {
    Path whole = Files.copy(by, file.resolveSibling(file.getFileName() + ".new"));
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @ByEachProvider
  void certificatesAreExchangedWhileConnectionsGoOn(String provider) throws Exception {
    TestCa.Leaf next = ca.issue("next", b -> b.addSanIpAddress("127.0.0.1"));
    serve(localhost.options() + "&reload-interval=20ms&provider=" + provider);
    String own = "provider=" + provider;
    try (Client before = connect(own)) {
      assertThat(label(before.session())).isEqualTo("CN=localhost");
      // A key that is not the certificate's, as when only one file has been copied yet.
      replace(localhost.cert(), next.cert());
      assertThat(awaitEvent(Event.CertificatesRejected.class).fault().number()).isEqualTo(-664);
      try (Client meanwhile = connect(own)) {
        assertThat(label(meanwhile.session())).isEqualTo("CN=localhost");
      }
      replace(localhost.key(), next.key());
      assertThat(awaitEvent(Event.CertificatesReloaded.class).subject()).isEqualTo("CN=next");
      // Resumption must not hide the new one.
      try (Client after = connect(own + "&handshake-timeout=9s")) {
        assertThat(label(after.session())).isEqualTo("CN=next");
      }
      assertEcho(before);
      assertThat(events.stream().filter(e -> e instanceof Event.CertificatesRejected)).hasSize(1);
    }
  }

  @Test
  void aChangeToACertificateThatHasEndedIsRejected() throws Exception {
    TestCa.Leaf ended =
        ca.issue(
            "ended",
            b ->
                b.addSanIpAddress("127.0.0.1")
                    .notBefore(Instant.now().minus(Duration.ofDays(20)))
                    .notAfter(Instant.now().minus(Duration.ofDays(10))));
    serve(localhost.options() + "&reload-interval=20ms");
    replace(localhost.key(), ended.key());
    replace(localhost.cert(), ended.cert());
    await()
        .until(() ->
            events.stream()
                .anyMatch(e ->
                    e instanceof Event.CertificatesRejected no
                        && no.fault().message().contains("CN=ended ended on")));
    try (Client client = connect("")) {
      assertThat(label(client.session())).isEqualTo("CN=localhost");
    }
  }

  @Test
  void aKeyThatBoringSslCannotUseIsTheJdksToUse() {
    TestCa.Leaf ed =
        ca.issue("ed", b -> b.algorithm(Algorithm.ed25519).addSanIpAddress("127.0.0.1"));
    assertConfigFault(() -> serve(ed.options() + "&provider=boringssl"), "cannot use the key of");
    serve(ed.options());
    assertThat(awaitEvent(Event.TlsReady.class).provider()).startsWith("jdk (");
    try (Client client = connect("provider=jdk")) {
      assertEcho(client);
    }
  }

  @Test
  void aNameWithTheDotOfTheRootFindsItsCertificate() {
    TestCa.Leaf a = ca.issue("a", b -> b.addSanDnsName("a.example"));
    serve("cert=%s,%s&key=%s,%s".formatted(localhost.cert(), a.cert(), localhost.key(), a.key()));
    try (Client client = connect("server-name=a.example.")) {
      assertThat(label(client.session())).isEqualTo("CN=a");
    }
  }

  @Test
  void aClientReadsChangedFilesAtItsNextConnection() throws Exception {
    Server server = serve(localhost.options() + "&client-auth=need&" + ca.option());
    TestCa.Leaf bob = ca.issue("bob", b -> b);
    TestCa.Leaf eve = ca.issue("eve", b -> b);
    String own = bob.options() + "&reload-interval=1ms";
    try (Client first = connect(own)) {
      assertEcho(first);
      assertThat(server.sessions()).allMatch(s -> label(s).equals("CN=bob"));
    }
    await().until(() -> server.sessions().isEmpty());
    replace(bob.cert(), eve.cert());
    replace(bob.key(), eve.key());
    try (Client second = connect(own)) {
      assertThat(second.request("echo", "x".getBytes(UTF_8))).hasSize(1);
      assertThat(server.sessions()).allMatch(s -> label(s).equals("CN=eve"));
    }
  }
}
