package io.wirelace.tests.any;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.certificates.TestCa;
import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HAProxy in front of us, which tells who is behind it by either version of its protocol. */
class HaproxyTest {
  private static final TestCa CA = TestCa.temporary();
  private static final TestCa.Leaf OWN = CA.localhost();

  @TempDir Path directory;

  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private Server server;
  private @Nullable Process haproxy;
  private Client bystander;

  @BeforeAll
  static void mustBeInstalled() {
    Peers.assumeInstalled("haproxy");
  }

  @BeforeEach
  void start() {
    server =
        Wirelace.server()
            .listen(
                "any://127.0.0.1:0?proxy-from=127.0.0.2",
                "tcp://127.0.0.1:0?proxy-from=127.0.0.2",
                "tls://127.0.0.1:0?proxy-from=127.0.0.2")
            .tls(TlsSettings.DEFAULT.with("cert", OWN.cert()).with("key", OWN.key()))
            .route(
                "who",
                (session, message) ->
                    (session.transport() + " " + session.peer()).getBytes(US_ASCII))
            .on(events::add)
            .start();
    // No proxy, so it is served as it is.
    bystander = Wirelace.connect("tcp://127.0.0.1:" + port(0));
  }

  @AfterEach
  void stop() throws InterruptedException {
    Process running = haproxy;
    if (running != null) {
      running.destroy();
      running.waitFor(10, TimeUnit.SECONDS);
    }
    try (Server closing = server;
        Client other = bystander) {
      assertThat(who(other)).startsWith("tcp /127.0.0.1:");
      assertThat(closing.isRunning()).isTrue();
      assertThat(events).noneMatch(e -> e instanceof Event.Denied);
    }
  }

  private int port(int listener) {
    return URI.create(server.uris().get(listener)).getPort();
  }

  private static String who(Client client) {
    return new String(client.request("who", new byte[0]), US_ASCII);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it, listening there, in front of one of our listeners. */
  private Process haproxy(String bind, int listener, String serverOptions) throws IOException {
    Path config = directory.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        global
          maxconn 100
        defaults
          mode tcp
          timeout connect 5s
          timeout client 30s
          timeout server 30s
        frontend in
          bind %s
          default_backend out
        backend out
          server wirelace 127.0.0.1:%d source 127.0.0.2 %s
        """
            .formatted(bind, port(listener), serverOptions));
    Process started =
        new ProcessBuilder("haproxy", "-db", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("haproxy.log").toFile())
            .start();
    haproxy = started;
    return started;
  }

  private int haproxyPort(int listener, String serverOptions) throws IOException {
    int port = freePort();
    Process started = haproxy("127.0.0.1:" + port, listener, serverOptions);
    await()
        .until(() -> {
          try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
          } catch (IOException e) {
            assertThat(started.isAlive())
                .as("%s", Files.readString(directory.resolve("haproxy.log")))
                .isTrue();
            return false;
          }
        });
    return port;
  }

  private static String local(Client client) {
    return String.valueOf(client.session().local());
  }

  @ParameterizedTest
  @CsvSource({"0,send-proxy", "0,send-proxy-v2", "1,send-proxy", "1,send-proxy-v2"})
  void theSessionShowsWhoIsBehindIt(int listener, String option) throws IOException {
    int port = haproxyPort(listener, option);
    try (Client one = Wirelace.connect("tcp://127.0.0.1:" + port);
        Client two = Wirelace.connect("tcp://127.0.0.1:" + port)) {
      assertThat(who(one)).isEqualTo("tcp " + local(one));
      assertThat(who(two)).isEqualTo("tcp " + local(two));
    }
  }

  @ParameterizedTest
  @CsvSource({"0,send-proxy", "0,send-proxy-v2", "2,send-proxy", "2,send-proxy-v2-ssl-cn"})
  void tlsGoesThroughItToo(int listener, String option) throws IOException {
    int port = haproxyPort(listener, option);
    try (Client client =
        Wirelace.client()
            .tls(TlsSettings.DEFAULT.with("ca", CA.file()))
            .connect("tls://127.0.0.1:" + port)) {
      assertThat(who(client)).isEqualTo("tls " + local(client));
    }
  }

  @Test
  void moreThanAddressesInTheHeaderIsSkipped() throws IOException {
    int port = haproxyPort(0, "send-proxy-v2 proxy-v2-options unique-id,crc32c,authority");
    try (Client client = Wirelace.connect("tcp://127.0.0.1:" + port)) {
      assertThat(who(client)).isEqualTo("tcp " + local(client));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0,send-proxy",
    "0,send-proxy-v2",
    "1,send-proxy",
    "1,send-proxy-v2",
    "2,send-proxy-v2"
  })
  void itsHealthChecksAreNoNews(int listener, String option) throws IOException {
    int port = haproxyPort(listener, option + " check inter 50ms rise 1 fall 1");
    Client client =
        Wirelace.client()
            .tls(TlsSettings.DEFAULT.with("ca", CA.file()))
            .connect((listener == 2 ? "tls" : "tcp") + "://127.0.0.1:" + port);
    try (client) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
      while (System.nanoTime() < end) {
        assertThat(who(client)).endsWith(local(client));
      }
    }
    // It took us for healthy all the time, and nobody was turned away: stop() looks at that.
    try (Client again =
        Wirelace.client()
            .tls(TlsSettings.DEFAULT.with("ca", CA.file()))
            .connect((listener == 2 ? "tls" : "tcp") + "://127.0.0.1:" + port)) {
      assertThat(who(again)).endsWith(local(again));
    }
  }

  @ParameterizedTest
  @CsvSource({"send-proxy", "send-proxy-v2"})
  void whoeverComesByItsUnixSocketIsTheProxy(String option) throws IOException {
    Path path = directory.resolve("in.sock");
    haproxy("unix@" + path, 0, option);
    await().until(() -> Files.exists(path));
    try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      await()
          .until(() -> {
            try {
              return socket.connect(UnixDomainSocketAddress.of(path));
            } catch (IOException e) {
              return false;
            }
          });
      byte[] route = "who".getBytes(US_ASCII);
      socket.write(
          ByteBuffer.allocate(17)
              .putInt(13)
              .put((byte) 0x40)
              .putLong(1)
              .put((byte) route.length)
              .put(route)
              .flip());
      ByteBuffer answer = ByteBuffer.allocate(100);
      while (answer.position() < 13 || answer.position() < 4 + answer.getInt(0)) {
        assertThat(socket.read(answer)).isPositive();
      }
      assertThat(new String(answer.array(), 13, answer.position() - 13, US_ASCII))
          .startsWith("tcp /127.0.0.2:");
    }
  }
}
