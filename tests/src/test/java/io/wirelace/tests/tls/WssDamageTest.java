package io.wirelace.tests.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.certificates.TestCa;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.security.TlsMaterial;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A TLS record that nobody has encrypted, under WebSocket: before the upgrade, and after it. */
class WssDamageTest {
  private static final TestCa CA = TestCa.temporary();
  private static final TestCa.Leaf OWN = CA.localhost();
  private static final byte[] DAMAGED = HexFormat.of().parseHex("1703030020" + "00".repeat(32));

  private static final String UPGRADE =
      """
      GET /lace HTTP/1.1\r
      Host: localhost\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
      \r
      """;

  private final Queue<Event> events = new ConcurrentLinkedQueue<>();

  @ParameterizedTest
  @CsvSource({"jdk, false", "jdk, true", "boringssl, false", "boringssl, true"})
  void itsPeerIsNamedAtOnceAndOnce(String provider, boolean upgraded) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    TlsMaterial trusting = TlsMaterial.load(TlsSettings.DEFAULT.with("ca", CA.file()));
    context.init(null, new TrustManager[] {trusting.trust(false)}, null);
    try (Server server =
            Wirelace.server()
                .listen("wss://127.0.0.1:0/lace?" + OWN.options() + "&provider=" + provider)
                .on(events::add)
                .start();
        Socket below =
            new Socket(InetAddress.getLoopbackAddress(), URI.create(server.uri()).getPort());
        SSLSocket tls =
            (SSLSocket) context.getSocketFactory().createSocket(below, "localhost", 1, false)) {
      tls.startHandshake();
      if (upgraded) {
        tls.getOutputStream().write(UPGRADE.getBytes(US_ASCII));
        await().until(() -> server.sessions().size() == 1);
      }
      below.getOutputStream().write(DAMAGED);
      await().untilAsserted(() -> assertThat(told()).hasSize(1));
      below.getInputStream().transferTo(OutputStream.nullOutputStream()); // until it is closed
    }
    assertThat(told()).hasSize(1).allMatch(fault -> fault.number() == -607);
    assertThat(events.stream().filter(Event.Violated.class::isInstance)).hasSize(upgraded ? 1 : 0);
  }

  private List<Fault> told() {
    return events.stream()
        .<Fault>mapMulti((event, out) -> {
          switch (event) {
            case Event.Denied denied -> out.accept(denied.fault());
            case Event.Violated violated -> out.accept(violated.fault());
            default -> {
              // not about the peer
            }
          }
        })
        .toList();
  }
}
