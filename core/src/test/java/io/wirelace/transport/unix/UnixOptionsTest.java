package io.wirelace.transport.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.session.Session;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.PeerIdentity;
import io.wirelace.transport.SessionStarter;
import io.wirelace.transport.TransportContext;
import io.wirelace.transport.Transports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options read back from the sockets they were set on, and who the kernel says the peer is. */
class UnixOptionsTest {
  private final UnixTransport transport = new UnixTransport();

  @TempDir Path folder;

  /** A connection with the same options on both sides. */
  private record Pair(Channel listener, Channel accepted, Channel connected) {}

  private static TransportContext context(EventLoops loops, SessionStarter starter) {
    return new TransportContext(loops, starter, TlsSettings.DEFAULT, NetworkListener.none());
  }

  private Pair open(EventLoops loops, String options) throws Exception {
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    Endpoint endpoint = Endpoint.parse("unix:" + folder.resolve("s") + options);
    ChannelFuture bound =
        transport
            .bind(endpoint, context(loops, (channel, link) -> accepted.complete(channel)))
            .sync();
    ChannelFuture connected =
        transport.connect(endpoint, context(loops, (channel, link) -> {})).sync();
    return new Pair(bound.channel(), accepted.get(10, TimeUnit.SECONDS), connected.channel());
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
  void buffersBacklogAndTimeoutAct(IoBackend io) throws Exception {
    Assumptions.assumeTrue(io.whyNot() == null, () -> "skipped, no " + io.label() + " here");
    try (EventLoops loops = new EventLoops(io, 1, "options-test")) {
      Pair pair =
          open(loops, "?send-buffer=100KiB&receive-buffer=50KiB&backlog=7&connect-timeout=1234ms");
      for (Channel channel : new Channel[] {pair.accepted(), pair.connected()}) {
        // The kernel doubles what it is asked for.
        assertThat(channel.config().getOption(ChannelOption.SO_SNDBUF))
            .isBetween(100 * 1024, 2 * 100 * 1024);
        assertThat(channel.config().getOption(ChannelOption.SO_RCVBUF))
            .isBetween(50 * 1024, 2 * 50 * 1024);
      }
      assertThat(pair.listener().config().getOption(ChannelOption.SO_BACKLOG)).isEqualTo(7);
      assertThat(pair.connected().config().getConnectTimeoutMillis()).isEqualTo(1234);
    }
  }

  @Test
  void withoutAConnectTimeoutOfItsOwnAnEndpointLeavesItToTheClient() throws Exception {
    try (EventLoops loops = new EventLoops(IoBackend.NIO, 1, "options-test")) {
      assertThat(open(loops, "").connected().config().getConnectTimeoutMillis()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unix:",
        "unix:relative.sock",
        "unix://host/run/x.sock",
        "unix:/",
        "unix:///",
        "unix:/run/",
        "unix:/run/x.sock?mode=rw",
        "unix:/run/x.sock?mode=0999",
        "unix:/run/x.sock?mode=1777",
        "unix:/run/x.sock?nodelay=true",
        "unix:/run/x.sock?backlog=0",
        "unix:/run/x.sock#f"
      })
  void whatCannotBeMeantIsRefused(String uri) {
    assertThatThrownBy(() -> Transports.of(Endpoint.parse(uri)))
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-664));
  }

  @Test
  void oneSlashAndThreeAreTheSame() {
    assertThat(Endpoint.parse("unix:/run/lace.sock").uri()).isEqualTo("unix:/run/lace.sock");
    assertThat(Endpoint.parse("unix:///run/lace.sock?mode=0660"))
        .isEqualTo(Endpoint.parse("UNIX:/run/lace.sock?mode=0660"));
    assertThat(Endpoint.parse("unix:///run/lace.sock").uri()).isEqualTo("unix:/run/lace.sock");
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void bothSidesKnowThePeersProcess(IoBackend io) throws Exception {
    Assumptions.assumeTrue(io.whyNot() == null, () -> "skipped, no " + io.label() + " here");
    try (Server server =
            Wirelace.server().listen("unix:" + folder.resolve("s")).io(io.label()).start();
        Client client = Wirelace.client().io(io.label()).connect(server.uri())) {
      await().until(() -> server.sessions().size() == 1);
      Session accepted = server.sessions().iterator().next();
      int uid = (Integer) Files.getAttribute(folder, "unix:uid");
      int gid = (Integer) Files.getAttribute(folder, "unix:gid");
      PeerIdentity us =
          new PeerIdentity.LocalProcess((int) ProcessHandle.current().pid(), uid, gid);
      assertThat(accepted.identity()).contains(us);
      assertThat(client.session().identity()).contains(us);
      assertThat(accepted.peer()).hasToString(us.label());
    }
  }

  @Test
  void byNioThePeerIsNotKnown() {
    try (Server server = Wirelace.server().listen("unix:" + folder.resolve("s")).io("nio").start();
        Client client = Wirelace.client().io("nio").connect(server.uri())) {
      await().until(() -> server.sessions().size() == 1);
      assertThat(server.sessions()).allMatch(s -> s.identity().isEmpty());
      assertThat(client.session().identity()).isEmpty();
    }
  }

  /** What {@link EventLoops#readinessBackend} says. */
  @Test
  void underIoUringTheyAndDatagramsAreWatchedInAnotherWayAndThatIsTold() {
    Throwable whyNot = IoBackend.IO_URING.whyNot();
    Assumptions.assumeTrue(whyNot == null, () -> "skipped, no io_uring here: " + whyNot);
    try (Server server =
            Wirelace.server()
                .listen("unix:" + folder.resolve("s"), "udp://127.0.0.1:0", "tcp://127.0.0.1:0")
                .io("io_uring")
                .defaultRoute((session, message) -> message.body())
                .start();
        Client unix = Wirelace.client().io("io_uring").connect(server.uris().getFirst());
        Client udp = Wirelace.client().io("io_uring").connect(server.uris().get(1));
        Client tcp = Wirelace.client().io("io_uring").connect(server.uris().getLast())) {
      String other = IoBackend.AUTO.resolve().label();
      assertThat(server.io()).containsExactly(other, other, "io_uring");
      assertThat(udp.request("", new byte[3])).hasSize(3);
      assertThat(unix.request("", new byte[3])).hasSize(3);
      assertThat(tcp.request("", new byte[3])).hasSize(3);
    }
  }
}
