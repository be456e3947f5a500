package io.wirelace.quic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Peers that are not ours: the example client and server of ngtcp2, as Debian has them. They speak
 * HTTP/3 only, so what can be seen is how versions, packets and application protocols are settled.
 */
class NgtcpTest extends QuicCase {
  @TempDir private Path folder;

  private static Path program(String name) {
    for (String place : new String[] {"/usr/bin", "/usr/sbin", "/usr/local/bin"}) {
      Path path = Path.of(place, name);
      if (Files.isExecutable(path)) {
        return path;
      }
    }
    Assumptions.abort("skipped, no " + name + " here (Debian: ngtcp2-client, ngtcp2-server)");
    throw new AssertionError();
  }

  private static String client(int port, String... options) throws Exception {
    var command = new java.util.ArrayList<String>();
    command.add(program("gtlsclient").toString());
    command.addAll(java.util.List.of(options));
    command.addAll(
        java.util.List.of("127.0.0.1", String.valueOf(port), "https://127.0.0.1:" + port + "/"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  /** It takes our certificate and parameters, and then misses what HTTP/3 needs. */
  @Test
  void anHttp3ClientShakesHandsUntilItMissesHttp3() throws Exception {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    try (Server server = server("").on(events::add).start();
        Client other = client().connect(server.uri())) {
      String said = client(port(server), "--timeout=5s");
      assertThat(said)
          .contains("remote transport_parameters initial_max_streams_bidi=16")
          .contains("peer does not allow at least 3 unidirectional streams");
      await().until(() -> events.stream().anyMatch(e -> e instanceof Event.HandshakeFailed));
      assertThat(other.request("echo", new byte[] {1})).hasSize(1);
    }
  }

  @Test
  void aClientOfAnUnknownVersionIsToldOurs() throws Exception {
    try (Server server = server("").start()) {
      String said = client(port(server), "--timeout=5s", "--version=0x1a2a3a4a");
      assertThat(said).containsIgnoringCase("0x00000001");
    }
  }

  @Test
  void aServerOfAnotherProtocolIsNamedAsSuch() throws Exception {
    // RSA: its gnutls does not read the short form in which Java writes EC keys.
    TlsSettings rsa =
        Certificates.settings(
            Certificates.make(
                new CertificateBuilder()
                    .rsa2048()
                    .subject("CN=localhost")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)));
    int port = freePort();
    Path said = folder.resolve("said.txt");
    Process server =
        new ProcessBuilder(
                program("gtlsserver").toString(),
                "-q",
                "-d",
                folder.toString(),
                "127.0.0.1",
                String.valueOf(port),
                rsa.key(),
                rsa.cert())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      await()
          .untilAsserted(() -> {
            Fault fault = faultOf(client().tryConnect(at(port)));
            assertThat(fault.number()).as(Files.readString(said)).isEqualTo(-606);
            assertThat(fault.message()).contains("lace/1");
          });
    } finally {
      server.destroy();
      server.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private static int freePort() throws Exception {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
