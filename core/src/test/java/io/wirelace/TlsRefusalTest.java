package io.wirelace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.certificates.TestCa;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is turned away, by both providers: the code on both ends, each with the reason in words. */
class TlsRefusalTest extends TlsCase {
  private static final String PIN_OF_NOBODY =
      "sha256/" + Base64.getEncoder().encodeToString(new byte[32]);

  private void refused(String options, String clientSays, String serverSays) {
    Fault fault = refusal(uri(options));
    assertThat(fault.number()).as("%s", fault).isEqualTo(-607);
    assertThat(fault.message()).contains(clientSays);
    assertThat(failure().message()).contains(serverSays);
  }

  private TestCa.Leaf expired() {
    return ca.issue(
        "old",
        b ->
            b.addSanIpAddress("127.0.0.1")
                .notBefore(Instant.now().minus(Duration.ofDays(20)))
                .notAfter(Instant.now().minus(Duration.ofDays(10))));
  }

  @ByEachProvider
  void anExpiredCertificate(String provider) {
    TestCa.Leaf old = expired();
    serve(old.options() + "&provider=" + provider);
    refused(ca.option() + "&provider=" + provider, "has expired", "expired");
  }

  @ByEachProvider
  void anExpiredCertificateThatIsTrustedItself(String provider) {
    TestCa.Leaf old = expired();
    serve(old.options() + "&provider=" + provider);
    refused("ca=" + old.cert() + "&provider=" + provider, "has expired", "expired");
  }

  @ByEachProvider
  void aRevokedCertificate(String provider) throws IOException {
    Path list = directory.resolve("ca.crl");
    Files.write(list, ca.revoke(localhost));
    serve(localhost.options() + "&provider=" + provider);
    refused(ca.option() + "&crl=" + list + "&provider=" + provider, "was revoked", "certificate");
  }

  @ByEachProvider
  void aClientWhoseCertificateIsRevokedOnceTheListIsRead(String provider) throws IOException {
    Path list = directory.resolve("ca.crl");
    Files.write(list, ca.revoke());
    String own = "provider=" + provider;
    serve(
        localhost.options()
            + "&reload-interval=20ms&client-auth=need&"
            + ca.option()
            + "&crl="
            + list
            + "&"
            + own);
    TestCa.Leaf bob = ca.issue("bob", b -> b);
    try (Client client = connect(own + "&" + bob.options())) {
      assertEcho(client);
    }
    Path next = directory.resolve("next.crl");
    Files.write(next, ca.revoke(bob));
    Files.move(next, list, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    awaitEvent(Event.CertificatesReloaded.class);
    refused(ca.option() + "&" + own + "&" + bob.options(), "certificate", "CN=bob was revoked");
  }

  @ByEachProvider
  void aCertificateForAnotherHost(String provider) {
    serve(ca.issue("other", b -> b.addSanDnsName("other.example")).options());
    refused(
        ca.option() + "&provider=" + provider,
        "for another host",
        "does not accept our certificate");
  }

  @ByEachProvider
  void aCertificateOfAnUnknownCa(String provider) {
    serve(localhost.options() + "&provider=" + provider);
    TestCa stranger = TestCa.create(directory, "stranger");
    refused(
        stranger.option() + "&provider=" + provider,
        "of a CA that is not trusted",
        provider.equals("jdk") ? "does not accept" : "does not know the CA");
  }

  @Test
  void aPublicCaIsNotOurs() {
    serve(localhost.options());
    assertThat(refusal(uri("")).message()).contains("of a CA that is not trusted");
  }

  @ByEachProvider
  void aKeyThatIsNotPinned(String provider) {
    serve(localhost.options());
    refused(
        ca.option() + "&provider=" + provider + "&pin=" + PIN_OF_NOBODY,
        "not pinned",
        "does not accept our certificate");
  }

  @ByEachProvider
  void aPinnedKeyOfAnUnknownCa(String provider) {
    serve(localhost.options());
    TestCa stranger = TestCa.create(directory, "stranger");
    refused(
        stranger.option() + "&provider=" + provider + "&pin=" + TestCa.pin(localhost),
        "of a CA that is not trusted",
        "our certificate");
  }

  @ByEachProvider
  void aClientWithoutACertificate(String provider) {
    serve(localhost.options() + "&client-auth=need&" + ca.option() + "&provider=" + provider);
    refused(ca.option() + "&provider=" + provider, "certificate", "no certificate");
  }

  @ByEachProvider
  void aClientOfAnUnknownCa(String provider) throws IOException {
    serve(localhost.options() + "&client-auth=want&" + ca.option() + "&provider=" + provider);
    // Of the same name, or the client would not even offer its certificate.
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    TestCa.Leaf stranger = TestCa.create(elsewhere, "ca").issue("eve", b -> b);
    refused(
        ca.option() + "&" + stranger.options() + "&provider=" + provider,
        "our certificate",
        "of a CA that is not trusted");
  }

  @ByEachProvider
  void aClientWhoseKeyIsNotPinned(String provider) {
    serve(
        localhost.options()
            + "&client-auth=need&pin="
            + PIN_OF_NOBODY
            + "&"
            + ca.option()
            + "&provider="
            + provider);
    refused(ca.option() + "&" + ca.issue("bob", b -> b).options(), "certificate", "not pinned");
  }

  @ByEachProvider
  void aVersionThatTheOtherDoesNotSpeak(String provider) {
    serve(localhost.options() + "&versions=1.2&provider=" + provider);
    refused(
        ca.option() + "&versions=1.3&provider=" + provider,
        "no version of TLS",
        "no version of TLS");
  }

  @ByEachProvider
  void cipherSuitesOfWhichNoneIsCommon(String provider) {
    String suite = "ciphers=TLS_ECDHE_ECDSA_WITH_AES_";
    serve(localhost.options() + "&versions=1.2&" + suite + "256_GCM_SHA384&provider=" + provider);
    refused(
        ca.option() + "&versions=1.2&" + suite + "128_GCM_SHA256&provider=" + provider,
        "nothing that both sides would agree on",
        "no cipher suite");
  }

  @Test
  void plaintextOnATlsPort() {
    Server server = serve(localhost.options());
    Fault fault = refusal(server.uri().replace("tls://", "tcp://"));
    assertThat(fault.number()).isEqualTo(-607);
    assertThat(fault.message()).contains("does not speak TLS here");
    assertThat(failure().message()).contains("does not speak TLS here");
  }

  @ByEachProvider
  void tlsOnAPlaintextPort(String provider) {
    try (Server plain = Wirelace.server().listen("tcp://127.0.0.1:0").on(events::add).start()) {
      Fault fault =
          refusal(
              plain.uri().replace("tcp://", "tls://")
                  + "?"
                  + ca.option()
                  + "&provider="
                  + provider);
      assertThat(fault.number()).isEqualTo(-607);
      assertThat(fault.message()).contains("does not speak TLS here");
      Fault there = awaitEvent(Event.Violated.class).fault();
      // To the wire it is a length over the limit, as a golden vector has it; the text says more.
      assertThat(there.number()).isEqualTo(-642);
      assertThat(there.message()).contains("the peer speaks TLS");
    }
  }

  @Test
  void aServerThatSaysNothingOfTls() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Fault fault = refusal("tls://127.0.0.1:" + mute.getLocalPort() + "?handshake-timeout=200ms");
      assertThat(fault.number()).isEqualTo(-607);
      assertThat(fault.message()).contains("not done in time");
    }
  }

  @ParameterizedTest
  @CsvSource({"boringssl, false", "boringssl, true", "jdk, false", "jdk, true"})
  void aConnectionThatIsLostInTheMiddleIsNoFaultOfTlsAndMayBeTriedAgain(
      String provider, boolean byReset) throws Exception {
    try (ServerSocket cutting = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread peer =
          Thread.ofVirtual()
              .start(() -> {
                try (Socket socket = cutting.accept()) {
                  socket.getInputStream().read(new byte[50]); // some of the hello
                  socket.setSoLinger(byReset, 0);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      Fault fault = refusal("tls://127.0.0.1:" + cutting.getLocalPort() + "?provider=" + provider);
      peer.join();
      assertThat(fault.number()).as("%s", fault).isEqualTo(-603);
      assertThat(fault.retryable()).isTrue();
      assertThat(fault.message()).contains("was lost before TLS had shaken hands");
    }
  }

  @ByEachProvider
  void aClientThatGoesInTheMiddleIsLostToo(String provider) throws Exception {
    Server server = serve(localhost.options() + "&provider=" + provider);
    try (Socket gone =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(server.uri()).getPort())) {
      gone.getOutputStream().write(new byte[] {0x16, 3, 1, 0, 100, 1});
    }
    assertThat(awaitEvent(Event.HandshakeFailed.class).fault().number()).isEqualTo(-603);
    assertThat(server.failedHandshakes()).isEqualTo(1);
  }

  @Test
  void someOneElseIsNotDisturbed() {
    serve(localhost.options() + "&client-auth=want&" + ca.option());
    try (Client bystander = connect("")) {
      assertEcho(bystander);
      assertThat(refusal(uri("")).number()).isEqualTo(-607);
      assertThat(refusal(uri(ca.option() + "&server-name=other.example")).message())
          .contains("other.example");
      assertEcho(bystander);
    }
    await().until(() -> events.stream().anyMatch(e -> e instanceof Event.Closed));
  }
}
