package io.wirelace.quic;

import static io.wirelace.error.ErrorCode.CONNECTION_FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.NetUtil;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Every option is checked, and acts. */
class OptionsTest extends QuicCase {
  private static void refuse(String options, String said) {
    assertThatThrownBy(
            () -> new QuicTransport().validate(Endpoint.parse("quic://127.0.0.1:1" + options)))
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-664))
        .hasMessageContaining(said);
  }

  /** Its zone would be lost on the way; without this it was a timeout without a reason. */
  @Test
  void aLinkLocalAddressIsRefusedWithAReason() {
    InetSocketAddress address =
        new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString("fe80::1"), 1);
    assertThatThrownBy(() -> LinkLocal.refuse(address, "quic://[fe80::1]:1", CONNECTION_FAILED))
        .hasMessageContainingAll("quic://[fe80::1]:1", "link-local", "another address");
    assertThatThrownBy(() -> Wirelace.connect("quic://[fe80::1]:1"))
        .hasMessageContainingAll("-600", "link-local");
    assertThatThrownBy(() -> Wirelace.connect("quic://127.0.0.1:1?bind=nosuch.invalid"))
        .hasMessageContainingAll("-664", "nosuch.invalid is no address");
  }

  @Test
  void whatIsNoOptionOrOutOfRangeIsRefusedByName() {
    Map.ofEntries(
            Map.entry("?nodelay=true", "nodelay"),
            Map.entry("?streams=0", "streams"),
            Map.entry("?max-streams=0", "max-streams"),
            Map.entry("?stream-window=1", "stream-window"),
            Map.entry("?connection-window=1", "connection-window"),
            Map.entry("?retry-above=-1", "retry-above"),
            Map.entry("?max-handshakes=0", "max-handshakes"),
            Map.entry("?datagram-size=1199", "datagram-size"),
            Map.entry("?gso=maybe", "gso"),
            Map.entry("?send-buffer=-1", "send-buffer"),
            Map.entry("?receive-buffer=-1", "receive-buffer"),
            Map.entry("?idle-timeout=x", "idle-timeout"),
            Map.entry("?connect-timeout=-1s", "connect-timeout"),
            Map.entry("?migration=1", "migration"),
            Map.entry("?congestion=vegas", "cubic, reno or bbr"),
            Map.entry("?versions=1.2", "1.3"),
            Map.entry("?ciphers=TLS_AES_128_GCM_SHA256", "ciphers"),
            Map.entry("?provider=jdk", "boringssl"),
            Map.entry("/path", "no path"))
        .forEach(OptionsTest::refuse);
  }

  @Test
  void aServerCannotDoWithoutTickets() {
    for (String option : new String[] {"?tickets=false", "?session-cache=0"}) {
      assertThatThrownBy(() -> server(option).start())
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-664));
    }
  }

  @Test
  void withoutAConnectTimeoutOfItsOwnAnEndpointLeavesItToTheClient() {
    assertThat(QuicOptions.of(Endpoint.parse("quic://127.0.0.1:1"), TLS).connectTimeout()).isZero();
  }

  @Test
  void aClientOpensAsManyStreamsAsItIsTold() {
    try (Wires wires = new Wires(TLS, IoBackend.NIO)) {
      Channel server = wires.bind("");
      wires.connect(server, "?streams=3");
      await().untilAsserted(() -> assertThat(wires.furtherStreams).hasValue(2));
    }
  }

  @Test
  void theIdleTimeoutIsTold() throws Exception {
    try (Server server = server("?idle-timeout=7s").start();
        RawQuic peer = new RawQuic(port(server), "lace/1")) {
      assertThat(peer.connection().peerTransportParameters().maxIdleTimeout()).isEqualTo(7000);
    }
  }

  @Test
  void socketBuffersAreWhatTheOptionsSay() {
    try (Wires wires = new Wires(TLS, IoBackend.NIO)) {
      Channel server = wires.bind("?receive-buffer=64KiB&send-buffer=32KiB");
      Channel other = wires.bind("?receive-buffer=128KiB&send-buffer=96KiB");
      assertThat(server.config().getOption(ChannelOption.SO_RCVBUF))
          .isBetween(64 * 1024, 128 * 1024 - 1);
      assertThat(other.config().getOption(ChannelOption.SO_RCVBUF))
          .isBetween(128 * 1024, 256 * 1024);
      assertThat(server.config().getOption(ChannelOption.SO_SNDBUF))
          .isBetween(32 * 1024, 64 * 1024);
      assertThat(other.config().getOption(ChannelOption.SO_SNDBUF))
          .isBetween(96 * 1024, 192 * 1024);
    }
  }

  @Test
  void severalDatagramsAreHandedOverAtOnceWhereThatWorks() {
    Throwable whyNot = IoBackend.EPOLL.whyNot();
    Assumptions.assumeTrue(whyNot == null, () -> "skipped, no epoll here: " + whyNot);
    try (EventLoops epoll = new EventLoops(IoBackend.EPOLL, 1, "epoll");
        EventLoops nio = new EventLoops(IoBackend.NIO, 1, "nio")) {
      assertThat(segments("?gso=false", epoll)).isZero();
      assertThat(segments("", nio)).isZero();
      assertThat(segments("", epoll)).isIn(10, 0); // as the kernel can
    }
  }

  @Test
  void datagramsAreLongOnLoopbackAlone() {
    int usual = datagramBytes("quic://192.0.2.1:1");
    assertThat(usual).isEqualTo(1350);
    assertThat(datagramBytes("quic://example.org:1")).isEqualTo(usual);
    assertThat(datagramBytes("quic://*:1")).isEqualTo(usual);
    assertThat(datagramBytes("quic://127.0.0.1:1")).isGreaterThan(5 * usual);
    assertThat(datagramBytes("quic://[::1]:1")).isGreaterThan(5 * usual);
    assertThat(datagramBytes("quic://localhost:1")).isGreaterThan(5 * usual);
    assertThat(datagramBytes("quic://127.0.0.1:1?datagram-size=1200")).isEqualTo(1200);
  }

  private static int datagramBytes(String uri) {
    return QuicOptions.of(Endpoint.parse(uri), TLS).socket().datagramBytes();
  }

  private static int segments(String options, EventLoops loops) {
    QuicOptions read = QuicOptions.of(Endpoint.parse("quic://h:1" + options), TLS);
    return QuicSockets.segments(read.socket(), loops).maxNumSegments();
  }

  @Test
  void everyCongestionControlCarriesALongBody() {
    for (String name : new String[] {"cubic", "reno", "bbr"}) {
      String options = "?congestion=" + name;
      try (Server server = server(options).start();
          var client = client().connect(server.uri() + options)) {
        byte[] body = new byte[500_000];
        assertThat(client.request("echo", body, Duration.ofSeconds(30))).isEqualTo(body);
      }
    }
  }

  @Test
  void theCongestionControlIsTheOneThatIsNamed() {
    for (String name : new String[] {"cubic", "reno", "bbr"}) {
      QuicOptions read = QuicOptions.of(Endpoint.parse("quic://h:1?congestion=" + name), TLS);
      assertThat(read.congestion().name()).isEqualToIgnoringCase(name);
    }
  }

  @Test
  void aClosedListenerTakesNobody() {
    try (Wires wires = new Wires(TLS, IoBackend.NIO)) {
      Channel server = wires.bind("");
      QuicChannel before = wires.connect(server, "");
      await().until(() -> !wires.accepted.isEmpty());
      server.close().syncUninterruptibly();
      await().until(() -> isTurnedAway(wires, server));
      assertThat(before.isActive()).isTrue();
    }
  }

  /** Within the handshake, or just after: a client has shaken hands a packet before the server. */
  private static boolean isTurnedAway(Wires wires, Channel server) {
    try {
      QuicChannel late = wires.connect(server, "?connect-timeout=5s");
      return late.closeFuture().awaitUninterruptibly(5, TimeUnit.SECONDS);
    } catch (WirelaceException e) {
      return e.fault().number() == -601;
    }
  }
}
