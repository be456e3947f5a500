package io.wirelace;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.Event;
import io.wirelace.security.TlsMaterial;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a peer does to TLS on a shared port, before it shows what it speaks, is the peer's doing.
 */
class AnyTlsDamageTest extends TlsCase {
  @ParameterizedTest
  @CsvSource({
    "jdk, 1703030020, -607", // and 32 bytes that nobody has encrypted
    "boringssl, '', -603",
    "jdk, '', -603",
  })
  void aDamagedRecordOrACutIsNoDefectOfOurs(String provider, String record, int code)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    TlsSettings trusting = TlsSettings.DEFAULT.with("ca", ca.file().toString());
    context.init(null, new TrustManager[] {TlsMaterial.load(trusting).trust(false)}, null);
    try (Server server =
            Wirelace.server()
                .listen("any://127.0.0.1:0?" + localhost.options() + "&provider=" + provider)
                .on(events::add)
                .start();
        Socket below =
            new Socket(InetAddress.getLoopbackAddress(), URI.create(server.uri()).getPort());
        SSLSocket tls =
            (SSLSocket) context.getSocketFactory().createSocket(below, "localhost", 1, false)) {
      tls.startHandshake();
      if (record.isEmpty()) {
        below.shutdownOutput(); // without close_notify
      } else {
        below.getOutputStream().write(HexFormat.of().parseHex(record + "00".repeat(32)));
      }
      assertThat(awaitEvent(Event.Denied.class).fault().number()).isEqualTo(code);
    }
  }
}
