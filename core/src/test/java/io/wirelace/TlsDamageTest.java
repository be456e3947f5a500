package io.wirelace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.config.TlsSettings;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.security.Credential;
import io.wirelace.security.TlsMaterial;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A record that nobody has encrypted, or a FIN without close_notify, after the handshake: the
 * peer's doing, named so at once, though nothing follows.
 */
class TlsDamageTest extends TlsCase {
  /** As many bytes as a close_notify of TLS 1.3, which waits for a moment, more, and too few. */
  private static byte[] record(int bytes) {
    byte[] record = new byte[5 + bytes];
    record[0] = 23; // application_data
    record[1] = 3;
    record[2] = 3;
    record[4] = (byte) bytes;
    return record;
  }

  /** Opens TLS on a socket by the JDK, so that the socket below stays in reach. */
  private SSLSocket shaken(Socket below, String version, boolean asServer) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    TlsSettings settings =
        TlsSettings.DEFAULT
            .with("ca", ca.file())
            .with("cert", localhost.cert())
            .with("key", localhost.key());
    TlsMaterial material = TlsMaterial.load(settings);
    context.init(keys(material), new TrustManager[] {material.trust(false)}, null);
    SSLSocket tls =
        (SSLSocket) context.getSocketFactory().createSocket(below, "localhost", 1, false);
    tls.setUseClientMode(!asServer);
    tls.setEnabledProtocols(new String[] {version});
    tls.startHandshake();
    return tls;
  }

  private static KeyManager[] keys(TlsMaterial material) throws Exception {
    Credential own = material.credentialFor(null);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("a", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private Server listen(String scheme, String provider) {
    return Wirelace.server()
        .listen(scheme + "://127.0.0.1:0?" + localhost.options() + "&provider=" + provider)
        .on(events::add)
        .start();
  }

  private static Socket to(Server server) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), URI.create(server.uri()).getPort());
  }

  @ParameterizedTest
  @CsvSource({
    "jdk, TLSv1.3, 32", "jdk, TLSv1.3, 19", "jdk, TLSv1.3, 1",
    "jdk, TLSv1.2, 32", "jdk, TLSv1.2, 19", "jdk, TLSv1.2, 1",
    "boringssl, TLSv1.3, 32", "boringssl, TLSv1.3, 19", "boringssl, TLSv1.3, 1",
    "boringssl, TLSv1.2, 32", "boringssl, TLSv1.2, 19", "boringssl, TLSv1.2, 1",
  })
  void onASharedPortADamagedRecordIsOneDenial(String provider, String version, int bytes)
      throws Exception {
    try (Server server = listen("any", provider);
        Socket below = to(server);
        SSLSocket tls = shaken(below, version, false)) {
      assertThat(tls.getSession().getProtocol()).isEqualTo(version);
      below.getOutputStream().write(record(bytes));
      assertThat(awaitEvent(Event.Denied.class).fault().number()).isEqualTo(-607);
      below.getInputStream().transferTo(OutputStream.nullOutputStream()); // until it is closed
    }
    assertThat(events.stream().filter(Event.Denied.class::isInstance)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "jdk, TLSv1.3, 32", "jdk, TLSv1.3, 19", "jdk, TLSv1.2, 32",
    "boringssl, TLSv1.3, 32", "boringssl, TLSv1.3, 19", "boringssl, TLSv1.3, 1",
    "boringssl, TLSv1.2, 32", "boringssl, TLSv1.2, 19", "boringssl, TLSv1.2, 1",
  })
  void aSessionWithADamagedRecordEndsAndItsPeerIsNamed(String provider, String version, int bytes)
      throws Exception {
    try (Server server = listen("tls", provider);
        Socket below = to(server);
        SSLSocket tls = shaken(below, version, false)) {
      assertThat(tls.getSession().getProtocol()).isEqualTo(version);
      await().until(() -> server.sessions().size() == 1);
      below.getOutputStream().write(record(bytes));
      assertThat(awaitEvent(Event.Closed.class).reason().fault().number()).isEqualTo(-607);
      assertThat(awaitEvent(Event.Violated.class).fault().number()).isEqualTo(-607);
    }
    assertThat(events.stream().filter(Event.Violated.class::isInstance)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"jdk, TLSv1.3", "jdk, TLSv1.2", "boringssl, TLSv1.3", "boringssl, TLSv1.2"})
  void aServerThatDamagesARecordIsLeftAtOnce(String provider, String version) throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> served =
          CompletableFuture.runAsync(() -> {
            try (Socket below = listening.accept();
                SSLSocket tls = shaken(below, version, true)) {
              tls.getInputStream().read(); // it has shaken hands as well
              below.getOutputStream().write(record(32));
              below.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      Fault fault =
          refusal(
              "tls://localhost:"
                  + listening.getLocalPort()
                  + "?"
                  + ca.option()
                  + "&provider="
                  + provider);
      assertThat(fault.number()).as("%s", fault).isEqualTo(-607);
      served.join();
    }
  }

  @ParameterizedTest
  @CsvSource({"jdk", "boringssl"})
  void aCutOnASharedPortIsNoFaultOfTls(String provider) throws Exception {
    try (Server server = listen("any", provider);
        Socket below = to(server);
        SSLSocket tls = shaken(below, "TLSv1.3", false)) {
      assertThat(tls.getSession().getProtocol()).isEqualTo("TLSv1.3");
      below.shutdownOutput(); // without close_notify
      assertThat(awaitEvent(Event.Denied.class).fault().number()).isEqualTo(-603);
    }
    assertThat(events.stream().filter(Event.Denied.class::isInstance)).hasSize(1);
  }
}
