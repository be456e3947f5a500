package io.wirelace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.wirelace.error.CloseReason;
import io.wirelace.metrics.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;

/** Bytes of TLS as nobody of ours would send them, and how a direction ends. */
class TlsTrafficTest extends TlsCase {
  /** The JDK's own sockets, as a peer that is not ours. */
  private SSLSocket socket(Server server, String version) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {localhost.bundle().toTrustManager()}, null);
    URI uri = URI.create(server.uri());
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(uri.getHost(), uri.getPort());
    socket.setEnabledProtocols(new String[] {version});
    socket.setSoTimeout(20_000);
    socket.startHandshake();
    return socket;
  }

  private static byte[] read(InputStream in, int bytes) throws IOException {
    byte[] read = in.readNBytes(bytes);
    assertThat(read).hasSize(bytes);
    return read;
  }

  // BoringSSL's is tested with peers that do not pad their alerts, as the JDK does.
  @Test
  void aPeerThatHasEndedItsDirectionStillGetsItsAnswers() throws Exception {
    Server server = serve(localhost.options() + "&provider=jdk");
    try (SSLSocket peer = socket(server, "TLSv1.3")) {
      for (int i = 1; i <= 3; i++) {
        peer.getOutputStream().write(RawPeer.routed(0, i, "slow", "answer" + i));
      }
      peer.shutdownOutput(); // close_notify, and with it the end of one direction
      for (int i = 1; i <= 3; i++) {
        assertThat(read(peer.getInputStream(), 20)).isEqualTo(RawPeer.frame(1, i, "answer" + i));
      }
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(awaitEvent(Event.Closed.class).reason().fault().number()).isEqualTo(-603);
  }

  @Test
  void aLargeAnswerReachesAPeerThatHasEndedItsDirectionAndThenTheEnd() throws Exception {
    Server server = serve(localhost.options() + "&provider=jdk");
    try (SSLSocket peer = socket(server, "TLSv1.3")) {
      String body = "x".repeat(4 * 1024 * 1024);
      peer.getOutputStream().write(RawPeer.routed(0, 1, "slow", body));
      peer.shutdownOutput();
      assertThat(read(peer.getInputStream(), 13 + body.length()))
          .isEqualTo(RawPeer.frame(1, 1, body));
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }
  }

  @ByEachProvider
  void recordsOfTwoBytesAreNotTakenForTheEnd(String provider) throws Exception {
    Server server = serve(localhost.options() + "&provider=" + provider);
    try (SSLSocket peer = socket(server, "TLSv1.3")) {
      byte[] slow = RawPeer.routed(0, 1, "slow", "x");
      byte[] quick = RawPeer.routed(0, 2, "echo", "yz");
      // In pairs, each a record and a segment of its own, while an answer is owed.
      peer.setTcpNoDelay(true);
      peer.getOutputStream().write(slow);
      for (int i = 0; i < quick.length; i += 2) {
        peer.getOutputStream().write(quick, i, Math.min(2, quick.length - i));
        Thread.sleep(1); // not for a condition: to have a read for each
      }
      assertThat(read(peer.getInputStream(), 14)).isEqualTo(RawPeer.frame(1, 1, "x"));
      assertThat(read(peer.getInputStream(), 15)).isEqualTo(RawPeer.frame(1, 2, "yz"));
    }
  }

  @ByEachProvider
  void anEndWithoutCloseNotifyIsABrokenConnection(String provider) throws Exception {
    Server server = serve(localhost.options() + "&provider=" + provider);
    URI uri = URI.create(server.uri());
    try (Relay relay = new Relay(uri.getHost(), uri.getPort(), 1 << 16);
        Client client =
            Wirelace.connect(
                "tls://127.0.0.1:" + relay.port() + "?" + ca.option() + "&provider=" + provider)) {
      assertEcho(client);
      relay.cutToServer();
      CloseReason reason = awaitEvent(Event.Closed.class).reason();
      assertThat(reason.initiator()).isEqualTo(CloseReason.Initiator.REMOTE);
      assertThat(reason.fault().message()).contains("without TLS's close_notify");
    }
  }

  @ByEachProvider
  void aHelloInPiecesOfOneByteIsAHello(String provider) throws Exception {
    Server server = serve(localhost.options() + "&provider=" + provider);
    URI uri = URI.create(server.uri());
    try (Relay relay = new Relay(uri.getHost(), uri.getPort(), 1);
        Client client = Wirelace.connect("tls://127.0.0.1:" + relay.port() + "?" + ca.option())) {
      assertEcho(client);
    }
  }

  @ByEachProvider
  void aHelloThatClaimsSixteenMebibytesIsRefusedByItsHeader(String provider) throws Exception {
    Server server = serve(localhost.options() + "&provider=" + provider);
    try (Client bystander = connect("");
        RawPeer peer = new RawPeer(server.uri())) {
      ByteArrayOutputStream hello = new ByteArrayOutputStream();
      hello.writeBytes(RawPeer.hex("16 0301 4000 01 FFFFFF 0303"));
      hello.writeBytes(new byte[0x4000 - 6]);
      long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
      peer.send(hello.toByteArray());
      assertAlertAndEnd(peer);
      failure();
      assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before)
          .isLessThan(1024 * 1024);
      assertEcho(bystander);
    }
  }

  /** Whatever comes is an alert of TLS; then nothing. */
  private static void assertAlertAndEnd(RawPeer peer) throws IOException {
    byte[] rest;
    try {
      rest = peer.socket().getInputStream().readAllBytes();
    } catch (java.net.SocketException reset) {
      return; // what it had not read yet reset the connection
    }
    if (rest.length > 0) {
      assertThat(rest[0]).isEqualTo((byte) 21);
    }
  }

  @Test
  void aRecordThatIsTooLongIsRefusedByItsFirstFiveBytes() throws Exception {
    Server server = serve(localhost.options());
    try (RawPeer peer = new RawPeer(server.uri())) {
      peer.send(RawPeer.hex("16 0301 FFFF"));
      assertAlertAndEnd(peer);
      assertThat(failure().message()).contains("65535").contains("18432");
    }
  }

  @ByEachProvider
  void oldVersionsGetTheAlertThatIsForThem(String provider) throws Exception {
    Server server = serve(localhost.options() + "&provider=" + provider);
    for (String version : List.of("0301", "0302")) {
      try (RawPeer peer = new RawPeer(server.uri())) {
        peer.send(
            RawPeer.hex("16 0301 002F 01 00002B" + version),
            new byte[32],
            RawPeer.hex("00 0004 C013 002F 01 00"));
        byte[] alert = read(peer.socket().getInputStream(), 7);
        assertThat(alert[0]).isEqualTo((byte) 21);
        assertThat(alert[6]).as("protocol_version").isEqualTo((byte) 70);
      }
    }
    assertThat(failure().message()).contains("no version of TLS");
  }

  @ByEachProvider
  void anotherHandshakeInTheMiddleIsRefused(String provider) throws Exception {
    Server server = serve(localhost.options() + "&provider=" + provider);
    try (SSLSocket peer = socket(server, "TLSv1.2")) {
      peer.getOutputStream().write(RawPeer.routed(0, 1, "echo", "x"));
      read(peer.getInputStream(), 14);
      peer.startHandshake();
      assertThat(awaitEvent(Event.Closed.class).reason().fault().message()).contains("again");
    } catch (IOException refused) {
      // It may hear of it while it still writes.
      assertThat(awaitEvent(Event.Closed.class).reason().fault().number()).isEqualTo(-607);
    }
  }

  @Test
  void connectionsThatPauseInARecordHoldNoReadBuffer() throws Exception {
    Server server = serve(localhost.options());
    List<RawPeer> peers = new ArrayList<>();
    try {
      long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
      for (int i = 0; i < 100; i++) {
        RawPeer peer = new RawPeer(server.uri());
        peers.add(peer);
        peer.send(RawPeer.hex("16 0301 0200 01 0001FC 0303"));
      }
      try (Client client = connect("")) {
        assertEcho(client); // by then the others have been read as well
      }
      long each = (PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before) / 100;
      assertThat(each).isLessThan(8 * 1024);
    } finally {
      for (RawPeer peer : peers) {
        peer.close();
      }
    }
    await().until(() -> server.failedHandshakes() == 100);
  }

  @Test
  void manySmallMessagesShareARecord() throws Exception {
    Server server =
        serve(
            localhost.options(),
            builder ->
                builder.inline(
                    "burst",
                    (session, message) -> {
                      for (int i = 0; i < 100; i++) {
                        session.trySend("n", new byte[10]);
                      }
                      return message.body();
                    }));
    URI uri = URI.create(server.uri());
    try (Relay relay = new Relay(uri.getHost(), uri.getPort(), 1 << 16);
        Client client =
            Wirelace.client()
                .greeting(false)
                .connect("tls://127.0.0.1:" + relay.port() + "?" + ca.option())) {
      assertEcho(client);
      int before = relay.bytesToClient();
      client.request("burst", "x".getBytes(UTF_8));
      // 100 frames of 25 bytes and an answer of 14; a record is 22 bytes more.
      assertThat(relay.bytesToClient() - before).isLessThan(2514 + 10 * 22);
    }
  }

  /** Between a client and the server: in pieces, counted, and cut where the test says. */
  private static final class Relay implements AutoCloseable {
    private final ServerSocket listener;
    private final Socket there;
    private final int piece;
    private final AtomicInteger bytesToClient = new AtomicInteger();

    Relay(String host, int port, int piece) throws IOException {
      this.piece = piece;
      listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      there = new Socket(host, port);
      there.setTcpNoDelay(true);
      Thread.ofVirtual().start(this::run);
    }

    private void run() {
      try {
        Socket here = listener.accept();
        Thread.ofVirtual().start(() -> copy(here, there, false));
        copy(there, here, true);
      } catch (IOException e) {
        closeQuietly();
      }
    }

    private void copy(Socket from, Socket to, boolean toClient) {
      byte[] buffer = new byte[piece];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        int read;
        while ((read = in.read(buffer)) > 0) {
          if (toClient) {
            bytesToClient.addAndGet(read);
          }
          out.write(buffer, 0, read);
        }
        to.shutdownOutput();
      } catch (IOException e) {
        // The test has closed one of them.
      }
    }

    int port() {
      return listener.getLocalPort();
    }

    int bytesToClient() {
      return bytesToClient.get();
    }

    void cutToServer() throws IOException {
      there.shutdownOutput();
    }

    private void closeQuietly() {
      try {
        close();
      } catch (IOException e) {
        // Nothing depends on it.
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
      there.close();
    }
  }
}
