package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wirelace.Wirelace;
import io.wirelace.error.WirelaceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  private static int code(String uri) {
    try {
      Transports.of(Endpoint.parse(uri));
      return 0;
    } catch (WirelaceException e) {
      return e.fault().number();
    }
  }

  @Test
  void aUriIsTakenApart() {
    Endpoint endpoint =
        Endpoint.parse("TCP://my_host:7420?nodelay=false&bind=127.0.0.1&keep-alive");
    assertThat(endpoint.scheme()).isEqualTo("tcp");
    assertThat(endpoint.host()).isEqualTo("my_host");
    assertThat(endpoint.port()).isEqualTo(7420);
    assertThat(endpoint.option("nodelay")).hasValue("false");
    assertThat(endpoint.option("keep-alive")).hasValue("true");
    assertThat(endpoint.uri()).isEqualTo("tcp://my_host:7420");
  }

  @Test
  void aPlusInAnOptionIsAPlusAndABlankIsEscaped() {
    Endpoint endpoint = Endpoint.parse("tls://h:1?pin=sha256/a+b%2Bc&cert=/a%20b+c.pem");
    assertThat(endpoint.option("pin")).hasValue("sha256/a+b+c");
    assertThat(endpoint.option("cert")).hasValue("/a b+c.pem");
  }

  @Test
  void anIpv6AddressStandsInBrackets() {
    Endpoint endpoint = Endpoint.parse("tcp://[::1]:0");
    assertThat(endpoint.host()).isEqualTo("::1");
    assertThat(endpoint.port()).isZero();
    assertThat(endpoint.withPort(5).uri()).isEqualTo("tcp://[::1]:5");
    assertThat(Endpoint.parse("tcp://[::1]").port()).isEqualTo(-1);
  }

  /** RFC 6874; a bare percent sign is what people write. */
  @Test
  void theZoneOfAnAddressStandsBehindAnEscapedPercentSign() {
    assertThat(Endpoint.parse("tcp://[fe80::1%25eth0]:5").host()).isEqualTo("fe80::1%eth0");
    assertThat(Endpoint.parse("quic://[fe80::1%25eth0]:5").uri())
        .isEqualTo("quic://[fe80::1%25eth0]:5");
    assertThat(Endpoint.parse("tcp://[fe80::1%eth0]:5").uri())
        .isEqualTo("tcp://[fe80::1%25eth0]:5");
    assertThat(Endpoint.parse("tcp://[fe80::1%251]:5").host()).isEqualTo("fe80::1%1");
    assertThat(Hosts.withoutZone("fe80::1%eth0")).isEqualTo("fe80::1");
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() {
    for (String scheme : new String[] {"tcp", "udp"}) {
      String uri = scheme + "://[fe80::1%25nosuch0]:1";
      assertThatThrownBy(() -> Wirelace.connect(uri))
          .hasMessageContainingAll("-600", uri, "interface", "nosuch0");
      assertThatThrownBy(() -> Wirelace.server().listen(uri).start())
          .hasMessageContainingAll("-662", uri, "interface", "nosuch0");
    }
  }

  @Test
  void aNameThatIsUnknownIsSaidToBe() {
    for (String scheme : new String[] {"tcp", "udp"}) {
      String uri = scheme + "://nosuch.invalid:1";
      assertThatThrownBy(() -> Wirelace.connect(uri))
          .hasMessageContainingAll("-600", uri, "unknown host");
      assertThatThrownBy(() -> Wirelace.server().listen(uri).start())
          .hasMessageContainingAll("-662", uri, "nosuch.invalid is no address");
      assertThatThrownBy(() -> Wirelace.connect(scheme + "://127.0.0.1:1?bind=nosuch.invalid"))
          .hasMessageContainingAll("-664", "bind", "nosuch.invalid is no address");
    }
  }

  @Test
  void anAddressThatIsNotThisMachinesIsSaidToBe() {
    for (String scheme : new String[] {"tcp", "udp"}) {
      assertThatThrownBy(() -> Wirelace.server().listen(scheme + "://192.0.2.1:0").start())
          .hasMessageContainingAll("-662", "no interface of this machine");
      assertThatThrownBy(() -> Wirelace.connect(scheme + "://127.0.0.1:1?bind=192.0.2.1"))
          .hasMessageContainingAll("-600", "no interface of this machine");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tcp",
        "tcp:",
        "tcp:host:1",
        "localhost:7420",
        "tcp://h:port",
        "tcp://h:65536",
        "tcp://h:-1",
        "tcp://h:1#f",
        "tcp://user@h:1",
        "tcp://h:1/path",
        "tcp://h:1?a=1&a=2",
        "tcp://h:1?=x",
        "tcp://h:1?unknown=1",
        "tcp://h:1?nodelay=maybe",
        "tcp://h:1?backlog=0",
        "tcp://h:1?send-buffer=lots",
        "tcp://h:1?connect-timeout=-5s",
        "memory://",
        "memory://name:1",
        "memory://name/x",
        "memory://name?x=1"
      })
  void whatCannotBeMeantIsRefused(String uri) {
    assertThat(code(uri)).isEqualTo(-664);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tls://h:99999?key-password=hush",
        "tls://h:1?key-password=hush#x",
        "tls://h:1?key-password=hush|x",
        "tls://h:1?key-password=hush&key-password=hush"
      })
  void aMistakeIsToldWithoutTheOptionsForAPasswordMayBeAmongThem(String uri) {
    assertThatThrownBy(() -> Endpoint.parse(uri))
        .isInstanceOf(WirelaceException.class)
        .hasMessageContaining("tls://h")
        .hasMessageNotContaining("hush");
  }

  @Test
  void anUnknownSchemeIsNamedWithThoseThatAreThere() {
    assertThatThrownBy(() -> Transports.of(Endpoint.parse("carrier-pigeon://x")))
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-614))
        .hasMessageContainingAll("carrier-pigeon", "tcp", "memory");
  }

  @Test
  void anUnknownOptionIsNamedWithThoseThatAreThere() {
    assertThatThrownBy(() -> Transports.of(Endpoint.parse("tcp://h:1?no-delay=true")))
        .hasMessageContainingAll("no-delay", "nodelay", "backlog");
  }
}
