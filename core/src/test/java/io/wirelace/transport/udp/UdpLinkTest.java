package io.wirelace.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.CloseReason;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.TransportContext;
import io.wirelace.transport.Transports;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients over links that lose, servers that vanish, addresses and options. */
class UdpLinkTest {
  private static Server echo(String uri) {
    return Wirelace.server().listen(uri).defaultRoute((session, message) -> message.body()).start();
  }

  private static int code(Result<?> result) {
    return ((Result.Err<?>) result).fault().number();
  }

  @Test
  void connectingSucceedsOverALinkThatLosesAFifthBothWays() throws Exception {
    long seed = System.nanoTime();
    System.out.println("UdpLinkTest loses by seed " + seed);
    try (Server server = echo("udp://127.0.0.1:0");
        LossyRelay relay = new LossyRelay(server.uri(), 0.2, seed)) {
      int answered = 0;
      for (int i = 0; i < 30; i++) {
        try (Client client =
            i % 3 == 0
                ? Wirelace.client().greeting(false).connect(relay.uri())
                : Wirelace.connect(relay.uri())) {
          for (int j = 0; j < 3; j++) {
            Result<byte[]> result = client.tryRequest("", new byte[10], Duration.ofMillis(100));
            if (result.isOk()) {
              answered++;
            } else {
              assertThat(code(result)).isEqualTo(-643);
            }
          }
          assertThat(client.isOpen()).isTrue();
        }
      }
      // 0.64 of 90 on average: a request and its answer may both be lost.
      assertThat(answered).as("seed %d", seed).isBetween(30, 85);
    }
  }

  @Test
  void aPeerThatNoLongerHearsUsIsMissed() throws Exception {
    try (Server server = echo("udp://127.0.0.1:0?idle-timeout=500ms");
        LossyRelay relay = new LossyRelay(server.uri(), 0, 1)) {
      Client client = Wirelace.connect(relay.uri() + "?idle-timeout=500ms");
      assertThat(client.request("", new byte[1])).hasSize(1);
      relay.loss(1);
      CloseReason reason = client.whenClosed().toCompletableFuture().get(10, TimeUnit.SECONDS);
      assertThat(reason.fault().number()).isEqualTo(-610);
      assertThat(reason.initiator()).isEqualTo(CloseReason.Initiator.POLICY);
      await().until(() -> server.sessions().isEmpty());
    }
  }

  @Test
  void aServerThatCameBackWithoutUsIsNoticed() throws Exception {
    Server first = echo("udp://127.0.0.1:0?idle-timeout=1m");
    String uri = first.uri();
    try (LossyRelay relay = new LossyRelay(uri, 0, 1)) {
      Client client = Wirelace.connect(relay.uri() + "?idle-timeout=3s");
      assertThat(client.request("", new byte[1])).hasSize(1);
      await()
          .until(
              () -> client.session().openedAt().plusMillis(2100).isBefore(java.time.Instant.now()));
      relay.loss(1); // so that the goodbye is lost
      first.close();
      try (Server second = echo(uri)) {
        relay.loss(0);
        CloseReason reason = client.whenClosed().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(reason.fault().number()).isEqualTo(-603);
        assertThat(second.isRunning()).isTrue();
      }
    }
  }

  /** ICMP says that nobody listens any more. */
  @Test
  void aServerThatIsGoneIsNoticedAtTheNextSend() throws Exception {
    Client client;
    try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Client> connecting =
          Wirelace.client().greeting(false).connectAsync("udp://127.0.0.1:" + peer.getLocalPort());
      java.net.DatagramPacket probe = new java.net.DatagramPacket(new byte[100], 100);
      peer.receive(probe);
      assertThat(probe.getLength()).isEqualTo(22);
      byte[] life = java.util.HexFormat.of().parseHex(RawSource.SIGN_OF_LIFE);
      peer.send(new java.net.DatagramPacket(life, life.length, probe.getSocketAddress()));
      client = connecting.get(10, TimeUnit.SECONDS);
    }
    CompletableFuture<byte[]> answer = client.requestAsync("", new byte[1]);
    assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-603));
    await().until(() -> !client.isOpen());
  }

  @Test
  void aServerThatDoesNotAnswerIsATimeout() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      long start = System.nanoTime();
      Result<Client> result =
          Wirelace.tryConnect(
              "udp://127.0.0.1:" + silent.getLocalPort() + "?connect-timeout=300ms");
      assertThat(code(result)).isEqualTo(-602);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(300), Duration.ofSeconds(5));
    }
  }

  @Test
  void withoutAConnectTimeoutOfItsOwnTheClientAsksAsLongAsItsTimeoutLetsIt() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      String uri = "udp://127.0.0.1:" + silent.getLocalPort();
      assertThat(UdpOptions.of(new EndpointOptions(Endpoint.parse(uri))).connectTimeout()).isZero();
      Result<Client> result =
          Wirelace.client().connectTimeout(Duration.ofMillis(700)).tryConnect(uri);
      assertThat(code(result)).isEqualTo(-602);
      assertThat(result).asString().contains(uri, "700 ms");
      silent.setSoTimeout(5_000);
      for (int probes = 0; probes < 2; probes++) { // it asked again
        silent.receive(new java.net.DatagramPacket(new byte[100], 100));
      }
    }
  }

  @Test
  void aServerThatStopsTurnsNewSourcesAway() throws Exception {
    java.util.concurrent.CountDownLatch release = new java.util.concurrent.CountDownLatch(1);
    try (Server server =
            Wirelace.server()
                .listen("udp://127.0.0.1:0")
                .route(
                    "wait",
                    (session, message) -> {
                      release.await();
                      return message.body();
                    })
                .start();
        Client client = Wirelace.connect(server.uri());
        RawSource source = new RawSource(server.uri())) {
      CompletableFuture<byte[]> answer = client.requestAsync("wait", new byte[7]);
      await().until(() -> server.sessions().stream().anyMatch(s -> s.inFlightRequests() == 1));
      Thread closing = Thread.ofPlatform().start(server::close);
      await()
          .untilAsserted(() ->
              assertThat(source.send(RawSource.PROBE).readHex())
                  .startsWith("00000012040000000000000000FFFFFD69")); // -663
      assertThat(code(Wirelace.tryConnect(server.uri()))).isEqualTo(-663);
      release.countDown();
      assertThat(answer.get(10, TimeUnit.SECONDS)).hasSize(7);
      closing.join();
    }
  }

  @Test
  void ipv6Works() throws Exception {
    Assumptions.assumeTrue(
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .anyMatch(a -> a instanceof Inet6Address && a.isLoopbackAddress()),
        "no IPv6 loopback here");
    for (String io : new String[] {"auto", "nio"}) {
      try (Server server =
              Wirelace.server()
                  .listen("udp://[::1]:0")
                  .io(io)
                  .defaultRoute((s, message) -> message.body())
                  .start();
          Client client = Wirelace.client().io(io).connect(server.uri())) {
        assertThat(server.uri()).startsWith("udp://[").doesNotEndWith(":0");
        assertThat(client.request("", new byte[60_000])).hasSize(60_000);
        assertThat(((InetSocketAddress) client.session().peer()).getAddress())
            .isInstanceOf(Inet6Address.class);
      }
    }
  }

  @Test
  void oneListenerServesBothFamilies() throws Exception {
    try (Server server = echo("udp://*:0")) {
      int port = URI.create(server.uri()).getPort();
      try (Client four = Wirelace.connect("udp://127.0.0.1:" + port)) {
        assertThat(four.request("", new byte[4])).hasSize(4);
      }
    }
  }

  @Test
  void buffersAndTheLocalAddressAct() throws Exception {
    EventLoops loops = new EventLoops(IoBackend.AUTO, 1, "options-test");
    try (loops;
        Server server = echo("udp://127.0.0.1:0")) {
      TransportContext context =
          new TransportContext(
              loops, (channel, link) -> {}, TlsSettings.DEFAULT, NetworkListener.none());
      Channel channel =
          new UdpTransport()
              .connect(
                  Endpoint.parse(
                      server.uri() + "?send-buffer=50KiB&receive-buffer=60KiB&bind=127.0.0.1"),
                  context)
              .sync()
              .channel();
      // The kernel doubles what it is asked for.
      assertThat(channel.config().getOption(ChannelOption.SO_SNDBUF))
          .isBetween(50 * 1024, 2 * 50 * 1024);
      assertThat(channel.config().getOption(ChannelOption.SO_RCVBUF))
          .isBetween(60 * 1024, 2 * 60 * 1024);
      channel.close().sync();
      channel =
          new UdpTransport()
              .connect(Endpoint.parse(server.uri() + "?bind=127.0.0.2"), context)
              .sync()
              .channel();
      assertThat(((InetSocketAddress) channel.localAddress()).getHostString())
          .isEqualTo("127.0.0.2");
      channel.close().sync();
    }
  }

  @Test
  void reuseAddressActs() {
    try (Server first = echo("udp://127.0.0.1:0?reuse-address=true")) {
      try (Server second = echo(first.uri() + "?reuse-address=true")) {
        assertThat(second.uri()).isEqualTo(first.uri());
      }
      assertThatThrownBy(() -> echo(first.uri())).hasMessageContaining("-662");
    }
  }

  @Test
  void aListenerIsToldInOneEvent() {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    try (Server server = Wirelace.server().listen("udp://127.0.0.1:0").on(events::add).start()) {
      assertThat(events).containsExactly(new Event.Listening(server.uri(), server.io().getFirst()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "udp://127.0.0.1:1/path",
        "udp://127.0.0.1:1?nodelay=true",
        "udp://127.0.0.1:1?idle-timeout=0",
        "udp://127.0.0.1:1?max-peers=0",
        "udp://127.0.0.1:1?inbound-bytes=1",
        "udp://127.0.0.1:1?group=10.0.0.1",
        "udp://127.0.0.1:1?group=group.example",
        "udp://127.0.0.1:1?interface=lo",
        "udp://127.0.0.1:1?tls=true"
      })
  void whatCannotBeMeantIsRefused(String uri) {
    assertThatThrownBy(() -> Transports.of(Endpoint.parse(uri)))
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-664));
  }
}
