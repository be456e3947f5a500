package io.wirelace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real peer behind a proxy, and who is believed to be one. */
class ProxyProtocolTest extends ServerCase {
  private static final String V1 = "PROXY TCP4 192.0.2.7 203.0.113.1 4711 443\r\n";
  private static final String SIGNATURE = "0D0A0D0A000D0A515549540A";

  // The listeners, in order; the bystander is no proxy, and connects from 127.0.0.1.
  private static final int TCP = 0;
  private static final int ANY = 1;
  private static final int OPTIONAL = 2;
  private static final int OPTIONAL_ANY = 3;
  private static final int IPV6 = 4;

  @Override
  String listenUri() {
    return "tcp://127.0.0.1:0?proxy-from=127.0.0.2,10.0.0.0/8&proxy-timeout=400ms";
  }

  @Override
  void configure(ServerBuilder builder) {
    builder.route(
        "who",
        (session, message) ->
            (session.transport() + " " + session.peer() + " " + session.local())
                .getBytes(US_ASCII));
    builder.listen(
        "any://127.0.0.1:0?proxy-from=127.0.0.2&proxy-timeout=400ms",
        "tcp://127.0.0.1:0?proxy-from=127.0.0.2&proxy=optional&proxy-timeout=400ms",
        "any://127.0.0.1:0?proxy-from=127.0.0.2&proxy=optional");
    if (hasIpv6()) {
      builder.listen("any://[::1]:0?proxy-from=::1");
    }
  }

  private static boolean hasIpv6() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .anyMatch(a -> a instanceof Inet6Address && a.isLoopbackAddress());
    } catch (IOException e) {
      return false;
    }
  }

  private int port(int listener) {
    String uri = server.uris().get(listener);
    return Integer.parseInt(uri.substring(uri.lastIndexOf(':') + 1));
  }

  private RawPeer from(String address, int listener) throws IOException {
    InetAddress numeric = InetAddress.getByName(address);
    String to = numeric instanceof Inet6Address ? "::1" : "127.0.0.1";
    return new RawPeer(new Socket(InetAddress.getByName(to), port(listener), numeric, 0));
  }

  private RawPeer proxy(int listener) throws IOException {
    return from("127.0.0.2", listener);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  private static byte[] v2(int command, int family, String addresses) {
    byte[] rest = RawPeer.hex(addresses);
    return ByteBuffer.allocate(16 + rest.length)
        .put(RawPeer.hex(SIGNATURE))
        .put((byte) command)
        .put((byte) family)
        .putShort((short) rest.length)
        .put(rest)
        .array();
  }

  private static String who(RawPeer peer) throws IOException {
    return peer.send(RawPeer.routed(0, 9, "who", "")).read().text();
  }

  private void awaitDenial(int code, String words) {
    await().untilAsserted(() -> assertThat(server.denied()).isEqualTo(1));
    List<Fault> denials =
        events.stream()
            .filter(e -> e instanceof Event.Denied)
            .map(e -> ((Event.Denied) e).fault())
            .toList();
    assertThat(denials).hasSize(1);
    assertThat(denials.getFirst().number()).isEqualTo(code);
    assertThat(denials.getFirst().message()).contains(words);
  }

  @ParameterizedTest
  @ValueSource(ints = {TCP, ANY, OPTIONAL, OPTIONAL_ANY})
  void theSessionShowsTheRealPeer(int listener) throws IOException {
    try (RawPeer peer = proxy(listener)) {
      peer.send(ascii(V1));
      assertThat(who(peer)).isEqualTo("tcp /192.0.2.7:4711 /203.0.113.1:443");
      peer.expectAlive();
    }
    try (RawPeer peer = proxy(listener)) {
      peer.send(v2(0x21, 0x11, "C0000207" + "CB007101" + "1267" + "01BB" + "04000568656C6C6F"));
      assertThat(who(peer)).isEqualTo("tcp /192.0.2.7:4711 /203.0.113.1:443");
    }
    await()
        .untilAsserted(() ->
            assertThat(events)
                .anyMatch(e ->
                    e instanceof Event.Opened opened && opened.peer().equals("/192.0.2.7:4711")));
  }

  @Test
  void ipv6AndUnixPeersAreShown() throws IOException {
    try (RawPeer peer = proxy(TCP)) {
      peer.send(ascii("PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n"));
      assertThat(who(peer))
          .isEqualTo("tcp /[2001:db8:0:0:0:0:0:7]:4711 /[2001:db8:0:0:0:0:0:1]:443");
    }
    try (RawPeer peer = proxy(ANY)) {
      String path = "2F72756E2F78".concat("00".repeat(102));
      peer.send(v2(0x21, 0x31, path + path));
      assertThat(who(peer)).isEqualTo("tcp /run/x /run/x");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {TCP, ANY})
  void aProxysOwnConnectionShowsTheProxy(int listener) throws IOException {
    for (byte[] header :
        List.of(ascii("PROXY UNKNOWN\r\n"), v2(0x20, 0, ""), v2(0x21, 0, "00112233"))) {
      try (RawPeer peer = proxy(listener)) {
        peer.send(header);
        assertThat(who(peer))
            .startsWith("tcp /127.0.0.2:")
            .endsWith(" /127.0.0.1:" + port(listener));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {TCP, ANY, IPV6})
  void aHeaderMayComeByteByByte(int listener) throws IOException {
    Assumptions.assumeTrue(listener != IPV6 || hasIpv6(), "skipped, no IPv6 loopback here");
    for (byte[] header :
        List.of(
            ascii(V1), v2(0x21, 0x11, "C0000207" + "CB007101" + "1267" + "01BB" + "040001FF"))) {
      try (RawPeer peer = listener == IPV6 ? from("::1", IPV6) : proxy(listener)) {
        for (byte one : header) {
          peer.send(new byte[] {one});
        }
        assertThat(who(peer)).startsWith("tcp /192.0.2.7:4711");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {TCP, ANY, OPTIONAL, OPTIONAL_ANY})
  void aHeaderFromElsewhereIsNotBelieved(int listener) throws IOException {
    try (RawPeer peer = from("127.0.0.1", listener)) {
      peer.send(ascii(V1), RawPeer.routed(0, 9, "who", ""));
      peer.expectEndOrReset();
      awaitDenial(-625, "no proxy is trusted");
    }
  }

  @Test
  void versionTwoFromElsewhereIsNotBelievedEither() throws IOException {
    try (RawPeer peer = from("127.0.0.3", TCP)) {
      peer.send(v2(0x20, 0, ""));
      peer.expectEndOrReset();
      awaitDenial(-625, "no proxy is trusted");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {TCP, ANY})
  void whoIsNoProxyIsServedAsItIs(int listener) throws IOException {
    try (RawPeer peer = from("127.0.0.1", listener)) {
      assertThat(who(peer)).startsWith("tcp /127.0.0.1:" + peer.socket().getLocalPort());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {TCP, ANY})
  void aProxyMustSendAHeader(int listener) throws IOException {
    try (RawPeer peer = proxy(listener)) {
      peer.send(RawPeer.routed(0, 9, "who", ""));
      peer.expectEndOrReset();
      awaitDenial(-605, "no PROXY header from a proxy");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {OPTIONAL, OPTIONAL_ANY})
  void aProxyNeedNotSendAHeaderWhereItIsOptional(int listener) throws IOException {
    try (RawPeer peer = proxy(listener)) {
      assertThat(who(peer)).startsWith("tcp /127.0.0.2:");
    }
  }

  @Test
  void aSilentProxyIsServedWithoutAHeaderWhereItIsOptional() throws IOException {
    try (RawPeer peer = proxy(OPTIONAL)) {
      await().until(() -> server.sessions().size() == 2); // at proxy-timeout
      assertThat(who(peer)).startsWith("tcp /127.0.0.2:");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "PRO", "PROXY TCP4 192.0.2.7"})
  void aSlowHeaderIsDropped(String start) throws IOException {
    try (RawPeer peer = proxy(TCP)) {
      peer.send(ascii(start));
      peer.expectEndOrReset();
      awaitDenial(-610, "proxy-timeout");
    }
  }

  @Test
  void halfASignatureFromElsewhereIsDroppedToo() throws IOException {
    try (RawPeer peer = from("127.0.0.1", TCP)) {
      peer.send(ascii("PROX"));
      peer.expectEndOrReset();
      awaitDenial(-610, "proxy-timeout");
    }
  }

  @Test
  void aHeaderThatEndsIsToldOf() throws IOException {
    try (RawPeer peer = proxy(ANY)) {
      peer.send(ascii("PROXY TCP4"));
      peer.endOutput();
      peer.expectEndOrReset();
      awaitDenial(-605, "ended within");
    }
  }

  @Test
  void aHealthCheckWithoutAWordIsNoNews() throws IOException {
    try (RawPeer peer = proxy(TCP)) {
      peer.endOutput();
      peer.expectEndOrReset();
    }
    try (RawPeer peer = proxy(ANY)) {
      peer.socket().setSoLinger(true, 0);
    }
    assertThat(server.denied()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {TCP, ANY})
  void aMalformedHeaderIsDropped(int listener) throws IOException {
    try (RawPeer peer = proxy(listener)) {
      peer.send(ascii("PROXY TCP4 nonsense\r\n"));
      peer.expectEndOrReset();
      awaitDenial(-605, "malformed PROXY header");
    }
  }

  @Test
  void anAbsurdLengthIsRefusedAtOnce() throws IOException {
    try (RawPeer peer = proxy(ANY)) {
      peer.send(RawPeer.hex(SIGNATURE + "2111FFFF"));
      peer.expectEndOrReset();
      awaitDenial(-605, "length 65535 (at most 4096 allowed)");
    }
  }

  @Test
  void aSecondHeaderIsNotBelieved() throws IOException {
    try (RawPeer peer = proxy(ANY)) {
      peer.send(ascii(V1), ascii(V1));
      peer.expectEndOrReset();
      awaitDenial(-625, "not first");
    }
  }

  @Test
  void aClientHasNoProxiesToTrust() {
    assertThatThrownBy(() -> Wirelace.connect(server.uri() + "?proxy-from=127.0.0.1"))
        .hasMessageContaining("-664")
        .hasMessageContaining("for listening only");
  }
}
