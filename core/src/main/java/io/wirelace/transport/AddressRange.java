package io.wirelace.transport;

import io.netty.util.NetUtil;
import io.wirelace.config.Values;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The addresses that share their first bits, written {@code 10.0.0.0/8}, {@code fd00::/8} or, for a
 * single one, {@code 127.0.0.1} (RFC 4632, RFC 4291 section 2.3). Immutable.
 *
 * @param network the first address, 4 or 16 bytes
 * @param bits how many of its bits count
 */
record AddressRange(byte[] network, int bits) {
  private static final String EXPECTED = "ranges such as 10.0.0.0/8,127.0.0.1,fd00::/8";

  /** 010.0.0.1 is 8.0.0.1 to some and 10.0.0.1 to others, so it is nothing to us. */
  private static final Pattern OCTAL = Pattern.compile("(?:^|[.:])0\\d+\\.|\\.0\\d+$");

  /**
   * Ranges divided by commas; none of an empty text.
   *
   * @throws io.wirelace.error.WirelaceException if one is malformed
   */
  static List<AddressRange> list(String name, String text) {
    List<AddressRange> ranges = new ArrayList<>();
    if (!text.isBlank()) {
      for (String one : text.split(",", -1)) {
        ranges.add(parse(name, one.trim()));
      }
    }
    return List.copyOf(ranges);
  }

  private static AddressRange parse(String name, String text) {
    int slash = text.indexOf('/');
    byte[] network = address(slash < 0 ? text : text.substring(0, slash));
    if (network.length == 0) {
      throw Values.invalid(name, text, EXPECTED);
    }
    int most = 8 * network.length;
    int bits =
        slash < 0 ? most : (int) Values.number(name + " /", text.substring(slash + 1), 0, most);
    for (int bit = bits; bit < most; bit++) {
      if ((network[bit / 8] >> (7 - bit % 8) & 1) != 0) {
        throw Values.invalid(
            name, text, "a network, whose bits behind the first " + bits + " are 0");
      }
    }
    return new AddressRange(network, bits);
  }

  /** The bytes of a numeric address, empty if it is none: no name is ever looked up. */
  static byte[] address(String text) {
    boolean plain =
        text.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == '.' || c == ':')
            && !OCTAL.matcher(text).find();
    byte[] bytes = plain ? NetUtil.createByteArrayFromIpAddressString(text) : null;
    return bytes == null ? new byte[0] : bytes;
  }

  /** Whether the address is in the range; one of the other family is not. */
  boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length != network.length) {
      return false;
    }
    int whole = bits / 8;
    for (int i = 0; i < whole; i++) {
      if (bytes[i] != network[i]) {
        return false;
      }
    }
    int rest = bits % 8;
    return rest == 0 || ((bytes[whole] ^ network[whole]) & 0xFF) >> (8 - rest) == 0;
  }
}
