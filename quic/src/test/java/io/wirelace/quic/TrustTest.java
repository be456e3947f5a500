package io.wirelace.quic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.transport.PeerIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is trusted, and what the others are told: as with tls://. */
class TrustTest extends QuicCase {
  @TempDir private Path folder;

  private static Server with(TlsSettings settings) {
    return Wirelace.server()
        .listen("quic://127.0.0.1:0")
        .tls(settings)
        .route("echo", (session, message) -> message.body())
        .route("who", (s, m) -> s.identity().map(PeerIdentity::label).orElse("").getBytes(UTF_8))
        .start();
  }

  private static Fault refused(Server server, TlsSettings settings) {
    return faultOf(Wirelace.client().tls(settings).tryConnect(server.uri()));
  }

  @Test
  void aCertificateOfAnUnknownCaIsRefused() {
    TlsSettings other =
        Certificates.settings(
            Certificates.make(
                new CertificateBuilder().subject("CN=stranger").setIsCertificateAuthority(true)));
    try (Server server = with(TLS)) {
      Fault fault = refused(server, other);
      assertThat(fault.number()).isEqualTo(-607);
      assertThat(fault.message()).contains("CA");
    }
  }

  @Test
  void aCertificateForAnotherHostIsRefusedUnlessTheHostIsNotVerified() {
    TlsSettings elsewhere =
        Certificates.settings(
            Certificates.make(
                new CertificateBuilder()
                    .subject("CN=elsewhere")
                    .addSanDnsName("elsewhere.example")
                    .setIsCertificateAuthority(true)));
    try (Server server = with(elsewhere)) {
      Fault fault = refused(server, elsewhere);
      assertThat(fault.number()).isEqualTo(-607);
      assertThat(fault.message()).contains("another host");
      for (String option : new String[] {"?verify-host=false", "?server-name=elsewhere.example"}) {
        try (Client client = Wirelace.client().tls(elsewhere).connect(server.uri() + option)) {
          assertThat(client.request("echo", new byte[] {1})).hasSize(1);
        }
      }
    }
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    X509Bundle ca =
        new CertificateBuilder().subject("CN=ca").setIsCertificateAuthority(true).buildSelfSigned();
    X509Bundle leaf =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanIpAddress("127.0.0.1")
            .notBefore(Instant.now().minus(Duration.ofDays(9)))
            .notAfter(Instant.now().minus(Duration.ofDays(2)))
            .buildIssuedBy(ca);
    TlsSettings expired = Certificates.settings(leaf).with("ca", ca.toTempRootCertPem().getPath());
    try (Server server = with(expired)) {
      Fault fault = refused(server, expired);
      assertThat(fault.number()).isEqualTo(-607);
      assertThat(fault.message()).contains("expired");
    }
  }

  @Test
  void aPinMustMatchBesideTheChain() throws Exception {
    X509Bundle own = Certificates.own();
    TlsSettings settings = Certificates.settings(own);
    byte[] key = own.getCertificate().getPublicKey().getEncoded();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
    String right = "sha256/" + Base64.getEncoder().encodeToString(digest);
    String wrong = "sha256/" + Base64.getEncoder().encodeToString(new byte[32]);
    try (Server server = with(settings)) {
      Fault fault = refused(server, settings.with("pin", wrong));
      assertThat(fault.number()).isEqualTo(-607);
      assertThat(fault.message()).contains("pinned");
      TlsSettings withBackup = settings.with("pin", wrong + "," + right);
      try (Client client = Wirelace.client().tls(withBackup).connect(server.uri())) {
        assertThat(client.request("echo", new byte[] {1})).hasSize(1);
      }
    }
  }

  @Test
  void aClientWithoutTheCertificateThatIsNeededIsRefusedOnBothEnds() {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    try (Server server =
        Wirelace.server()
            .listen("quic://127.0.0.1:0?client-auth=need")
            .tls(TLS)
            .on(events::add)
            .start()) {
      assertThat(refused(server, TLS.with("cert", "").with("key", "")).number()).isEqualTo(-607);
      await()
          .until(() ->
              events.stream()
                  .anyMatch(e ->
                      e instanceof Event.HandshakeFailed failed
                          && failed.fault().number() == -607));
    }
  }

  @Test
  void bothSidesKnowWhoThePeerIs() {
    try (Server server = with(TLS.with("client-auth", "need"));
        Client client = client().connect(server.uri())) {
      assertThat(client.request("who", new byte[0])).asString(UTF_8).isEqualTo("CN=localhost");
      assertThat(client.session().identity().map(PeerIdentity::label)).hasValue("CN=localhost");
    }
  }

  /** The server names the root only, and the file has its certificates in another order. */
  @Test
  void aClientShowsItsWholeChain() throws Exception {
    CertificateBuilder authority = new CertificateBuilder().setIsCertificateAuthority(true);
    X509Bundle root = authority.subject("CN=root").buildSelfSigned();
    X509Bundle middle = authority.subject("CN=middle").buildIssuedBy(root);
    X509Bundle leaf = new CertificateBuilder().subject("CN=leaf").buildIssuedBy(middle);
    Path cert = folder.resolve("chain.pem");
    Files.writeString(cert, middle.getCertificatePEM() + leaf.getCertificatePEM());
    TlsSettings settings = TLS.with("cert", cert).with("key", leaf.toTempPrivateKeyPem().getPath());
    TlsSettings needing =
        TLS.with("client-auth", "need").with("ca", root.toTempRootCertPem().getPath());
    try (Server server = with(needing);
        Client client = Wirelace.client().tls(settings).connect(server.uri())) {
      assertThat(client.request("who", new byte[0])).asString(UTF_8).isEqualTo("CN=leaf");
    }
  }

  @Test
  void theNameThatIsAskedForChoosesTheCertificate() {
    TlsSettings other =
        Certificates.settings(
            Certificates.make(
                new CertificateBuilder()
                    .subject("CN=other")
                    .addSanDnsName("other.example")
                    .setIsCertificateAuthority(true)));
    TlsSettings both =
        TlsSettings.DEFAULT
            .with("cert", TLS.cert() + "," + other.cert())
            .with("key", TLS.key() + "," + other.key());
    try (Server server = with(both)) {
      String asOther = server.uri() + "?server-name=other.example";
      try (Client client = Wirelace.client().tls(other).connect(asOther);
          Client plain = client().connect(server.uri())) {
        assertThat(client.session().identity().map(PeerIdentity::label)).hasValue("CN=other");
        assertThat(plain.session().identity().map(PeerIdentity::label)).hasValue("CN=localhost");
      }
    }
  }

  @Test
  void changedCertificatesCountForNewConnectionsAndDisturbNoOldOnes() throws Exception {
    Path cert = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    TlsSettings before = Certificates.settings(Certificates.own());
    TlsSettings after = Certificates.settings(Certificates.own());
    copy(before, cert, key);
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    String files = "?cert=" + cert + "&key=" + key + "&reload-interval=50ms";
    try (Server server =
            Wirelace.server()
                .listen("quic://127.0.0.1:0" + files)
                .on(events::add)
                .route("echo", (session, message) -> message.body())
                .start();
        Client old = Wirelace.client().tls(before).connect(server.uri())) {
      copy(after, cert, key);
      await().until(() -> events.stream().anyMatch(e -> e instanceof Event.CertificatesReloaded));
      try (Client fresh = Wirelace.client().tls(after).connect(server.uri())) {
        assertThat(fresh.request("echo", new byte[] {1})).hasSize(1);
      }
      assertThat(old.request("echo", new byte[] {2})).hasSize(1);
      Files.writeString(cert, "no certificate");
      await().until(() -> rejections(events) > 0);
      // Told once, and not at each look.
      AtomicLong told = new AtomicLong();
      await()
          .during(Duration.ofMillis(400))
          .until(() -> told.getAndSet(rejections(events)) == rejections(events));
      try (Client fresh = Wirelace.client().tls(after).connect(server.uri())) {
        assertThat(fresh.request("echo", new byte[] {1})).hasSize(1);
      }
    }
  }

  private static long rejections(Queue<Event> events) {
    return events.stream().filter(e -> e instanceof Event.CertificatesRejected).count();
  }

  @Test
  void aKeyThatItsTlsCannotUseIsRefusedAtTheStart() {
    TlsSettings ed =
        Certificates.settings(
            Certificates.make(
                new CertificateBuilder()
                    .algorithm(CertificateBuilder.Algorithm.ed25519)
                    .subject("CN=ed")
                    .setIsCertificateAuthority(true)));
    var refused =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            io.wirelace.error.WirelaceException.class, () -> with(ed));
    assertThat(refused.fault().number()).isEqualTo(-664);
    assertThat(refused).hasMessageContaining("cannot use the key of CN=ed");
  }

  private static void copy(TlsSettings from, Path cert, Path key) throws Exception {
    // The key first, and the certificate last: a look between them finds a pair that does not fit.
    Files.writeString(key, Files.readString(Path.of(from.key())));
    Files.writeString(cert, Files.readString(Path.of(from.cert())));
  }

  @Test
  void aServerWithoutACertificateDoesNotStart() {
    var result =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            io.wirelace.error.WirelaceException.class, () -> with(TlsSettings.DEFAULT));
    assertThat(result.fault().number()).isEqualTo(-664);
    assertThat(result).hasMessageContaining("certificate");
  }
}
