package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses a range holds, and which texts are no ranges. */
class AddressRangeTest {
  private static boolean holds(String ranges, String address) throws UnknownHostException {
    InetAddress asked = InetAddress.getByName(address); // numeric, so nothing is looked up
    return AddressRange.list("proxy-from", ranges).stream().anyMatch(r -> r.contains(asked));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "10.0.0.0/8, 9.255.255.255, false",
    "192.0.2.128/25, 192.0.2.128, true",
    "192.0.2.128/25, 192.0.2.127, false",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.6, false",
    "127.0.0.1/32, 127.0.0.2, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "::/0, 203.0.113.9, false",
    "::1, ::1, true",
    "::1, ::2, false",
    "fd00::/9, fd7f::1, true",
    "fd00::/9, fd80::1, false",
    "'10.0.0.0/8, ::1', ::1, true",
    "0012::0034/128, 12::34, true",
    "127.0.0.0/8, ::ffff:127.0.0.1, true",
  })
  void aRangeHoldsTheAddressesThatShareItsBits(String ranges, String address, boolean held)
      throws UnknownHostException {
    assertThat(holds(ranges, address)).isEqualTo(held);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/x",
        "10.0.0.0/",
        "10.0.0/8",
        "10.0.0.1/8",
        "fd00::1/8",
        "[::1]",
        "fe80::1%1",
        "10.0.0.0/8,",
        ",",
        "256.0.0.1",
        "010.0.0.0/8",
        "10.0.0.00/8",
        "::ffff:010.0.0.1",
        "::/129"
      })
  void aTextThatIsNoRangeIsRefused(String text) {
    assertThatThrownBy(() -> AddressRange.list("proxy-from", text))
        .hasMessageContaining("-664")
        .hasMessageContaining("proxy-from");
  }

  @Test
  void anEmptyTextIsNoRange() {
    assertThat(AddressRange.list("proxy-from", "")).isEmpty();
  }
}
