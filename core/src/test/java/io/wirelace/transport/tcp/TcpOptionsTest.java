package io.wirelace.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.Result;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.SessionStarter;
import io.wirelace.transport.SocketOptions;
import io.wirelace.transport.TransportContext;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Each option is read back from the socket that it was set on. */
class TcpOptionsTest {
  private final EventLoops loops = new EventLoops(IoBackend.AUTO, 1, "options-test");
  private final TcpTransport transport = new TcpTransport();

  /** A connection with the same options on both sides. */
  private record Pair(Channel listener, Channel accepted, Channel connected) {}

  @AfterEach
  void end() {
    loops.close();
  }

  private TransportContext context(SessionStarter starter) {
    return new TransportContext(loops, starter, TlsSettings.DEFAULT, NetworkListener.none());
  }

  private Pair open(String options) throws Exception {
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    Endpoint listen = Endpoint.parse("tcp://127.0.0.1:0" + options);
    ChannelFuture bound =
        transport.bind(listen, context((channel, link) -> accepted.complete(channel))).sync();
    int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    ChannelFuture connected =
        transport.connect(listen.withPort(port), context((channel, link) -> {})).sync();
    return new Pair(bound.channel(), accepted.get(10, TimeUnit.SECONDS), connected.channel());
  }

  private static <T> void bothHave(Pair pair, ChannelOption<T> option, T value) {
    assertThat(pair.accepted().config().getOption(option)).isEqualTo(value);
    assertThat(pair.connected().config().getOption(option)).isEqualTo(value);
  }

  @Test
  void nodelayActs() throws Exception {
    bothHave(open(""), ChannelOption.TCP_NODELAY, true);
    bothHave(open("?nodelay=false"), ChannelOption.TCP_NODELAY, false);
  }

  @Test
  void keepAliveActs() throws Exception {
    bothHave(open(""), ChannelOption.SO_KEEPALIVE, true);
    bothHave(open("?keep-alive=false"), ChannelOption.SO_KEEPALIVE, false);
  }

  @Test
  void bufferSizesAct() throws Exception {
    Pair pair = open("?send-buffer=100KiB&receive-buffer=50KiB");
    for (Channel channel : new Channel[] {pair.accepted(), pair.connected()}) {
      // The kernel doubles what it is asked for.
      assertThat(channel.config().getOption(ChannelOption.SO_SNDBUF))
          .isBetween(100 * 1024, 2 * 100 * 1024);
      assertThat(channel.config().getOption(ChannelOption.SO_RCVBUF))
          .isBetween(50 * 1024, 2 * 50 * 1024);
    }
    assertThat(pair.listener().config().getOption(ChannelOption.SO_RCVBUF))
        .isBetween(50 * 1024, 2 * 50 * 1024);
  }

  @Test
  void reuseAddressAndBacklogActOnTheListener() throws Exception {
    Pair plain = open("");
    assertThat(plain.listener().config().getOption(ChannelOption.SO_REUSEADDR)).isTrue();
    assertThat(plain.listener().config().getOption(ChannelOption.SO_BACKLOG)).isEqualTo(1024);
    Pair other = open("?reuse-address=false&backlog=7");
    assertThat(other.listener().config().getOption(ChannelOption.SO_REUSEADDR)).isFalse();
    assertThat(other.listener().config().getOption(ChannelOption.SO_BACKLOG)).isEqualTo(7);
  }

  @Test
  void bindActsOnTheClient() throws Exception {
    Pair pair = open("?bind=127.0.0.2");
    assertThat(((InetSocketAddress) pair.connected().localAddress()).getHostString())
        .isEqualTo("127.0.0.2");
  }

  @Test
  void connectTimeoutActs() throws Exception {
    Pair pair = open("?connect-timeout=1234ms");
    assertThat(pair.connected().config().getConnectTimeoutMillis()).isEqualTo(1234);
  }

  @Test
  void aConnectTimeoutOfLessThanAMillisecondIsNotNone() {
    assertThat(SocketOptions.connectMillis(Duration.ofNanos(1))).isEqualTo(1);
    assertThat(SocketOptions.connectMillis(Duration.ZERO)).isZero();
    assertThat(SocketOptions.connectMillis(Duration.ofDays(1000))).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void withoutAConnectTimeoutOfItsOwnAnEndpointLeavesItToTheClient() throws Exception {
    assertThat(open("").connected().config().getConnectTimeoutMillis()).isZero();
  }

  @Test
  void aConnectThatNobodyAnswersTimesOut() {
    // A network for documentation: nobody is there, and many hosts drop what goes there.
    Result<Client> result = Wirelace.tryConnect("tcp://192.0.2.1:9?connect-timeout=200ms");
    assertThat(result.isOk()).isFalse();
    assertThat(((Result.Err<Client>) result).fault().number()).isIn(-602, -600, -601);
  }

  @Test
  void ipv6IsBoundAndShownInBrackets() throws Exception {
    Assumptions.assumeTrue(
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .anyMatch(a -> a instanceof Inet6Address && a.isLoopbackAddress()),
        "no IPv6 loopback here");
    try (Server server =
            Wirelace.server().listen("tcp://[::1]:0").defaultRoute((s, m) -> m.body()).start();
        Client client = Wirelace.connect(server.uri())) {
      assertThat(server.uri()).startsWith("tcp://[").doesNotEndWith(":0");
      assertThat(client.request("", new byte[3])).hasSize(3);
      assertThat(((InetSocketAddress) client.session().peer()).getAddress())
          .isInstanceOf(Inet6Address.class);
    }
  }

  @Test
  void aHostOfNobodyFails() {
    assertThatThrownBy(() -> Wirelace.connect("tcp://no-such-host.invalid:1"))
        .hasMessageContaining("-600");
  }
}
