package io.wirelace.transport.udp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.transport.IoBackend;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener on all addresses answers from the one that was asked. */
class AskedAddressTest {
  private static Server echo(String uri, String io) {
    return Wirelace.server()
        .listen(uri)
        .io(io)
        .defaultRoute((session, message) -> message.body())
        .start();
  }

  private static int port(Server server) {
    return URI.create(server.uri()).getPort();
  }

  @Test
  void eachAddressThatIsAskedAnswersItself() {
    Assumptions.assumeTrue(IoBackend.EPOLL.whyNot() == null, "only epoll tells the address");
    try (Server server = echo("udp://*:0", "epoll")) {
      for (String host : new String[] {"127.0.0.1", "127.0.0.2", "127.1.2.3", "127.0.0.2"}) {
        try (Client client =
            Wirelace.client()
                .connectTimeout(Duration.ofSeconds(20))
                .connect("udp://" + host + ":" + port(server))) {
          assertThat(client.request("", new byte[2000])).hasSize(2000);
          assertThat(((InetSocketAddress) server.sessions().iterator().next().local()).getAddress())
              .isEqualTo(address(host));
        }
      }
    }
  }

  private static InetAddress address(String literal) {
    return io.netty.util.NetUtil.createInetAddressFromIpAddressString(literal);
  }

  /** Where datagrams do not tell, the machine's interfaces do. */
  @ParameterizedTest
  @ValueSource(strings = {"nio", "auto"})
  void everyAddressOfAnInterfaceAnswersItself(String io) throws Exception {
    try (Server server = echo("udp://*:0", io)) {
      for (InetAddress local :
          java.net.NetworkInterface.networkInterfaces()
              .flatMap(java.net.NetworkInterface::inetAddresses)
              .filter(a -> !a.isLinkLocalAddress())
              .toList()) {
        String host = local.getHostAddress().replaceAll("%.*", "");
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        try (Client client = Wirelace.connect("udp://" + shown + ":" + port(server))) {
          assertThat(client.request("", new byte[2000])).hasSize(2000);
        }
      }
    }
  }

  /** The way out where neither datagrams nor interfaces tell of an address. */
  @Test
  void anAddressThatIsListenedOnByNameAnswersItselfByNio() {
    String os = io.netty.util.internal.PlatformDependent.normalizedOs();
    Assumptions.assumeTrue(os.equals("linux"), "all of 127/8 is local on Linux");
    try (Server server = echo("udp://127.0.0.2:0", "nio");
        Client client = Wirelace.connect(server.uri())) {
      assertThat(client.request("", new byte[2000])).hasSize(2000);
    }
  }

  /** The machine's own addresses change in a network namespace, where that may be made. */
  @Test
  void theSocketOfAnAddressThatIsGoneIsClosed() throws Exception {
    Assumptions.assumeTrue(IoBackend.EPOLL.whyNot() == null, "by NIO it takes too long for a test");
    Assumptions.assumeTrue(
        runs("unshare", "-rn", "ip", "addr", "add", "198.51.100.1/32", "dev", "lo"));
    Process started =
        new ProcessBuilder(
                "unshare",
                "-rn",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                GoneAddress.class.getName(),
                "epoll")
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(started.getInputStream().readAllBytes(), UTF_8);
      assertThat(said).contains("opened\n", "closed", "opened again");
    } finally {
      started.destroyForcibly();
    }
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void thePortIsNobodyElses() throws Exception {
    try (Server server = echo("udp://*:0", "auto");
        Client client = Wirelace.connect("udp://127.0.0.1:" + port(server))) {
      assertThat(client.request("", new byte[1])).hasSize(1);
      try (DatagramSocket thief = new DatagramSocket(null)) {
        thief.setReuseAddress(true);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                () -> thief.bind(new InetSocketAddress(port(server))))
            .isInstanceOf(java.net.BindException.class);
      }
    }
  }

  @Test
  void allSocketsEndWithTheirServer() throws Exception {
    int port;
    try (Server server = echo("udp://*:0", "auto")) {
      port = port(server);
      try (Client client = Wirelace.connect("udp://127.0.0.1:" + port)) {
        assertThat(client.request("", new byte[1])).hasSize(1);
      }
    }
    try (Server again = echo("udp://*:" + port, "auto")) {
      assertThat(port(again)).isEqualTo(port);
    }
  }
}
