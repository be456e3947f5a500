package io.wirelace.quic;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * IPv6 addresses of one link need their zone with each datagram, and the QUIC codec keeps none: it
 * drops the answers as those of a stranger. Said at once, instead of a timeout.
 */
final class LinkLocal {
  private LinkLocal() {}

  static InetSocketAddress refuse(InetSocketAddress address, String uri, ErrorCode code) {
    if (address.getAddress() instanceof Inet6Address six && six.isLinkLocalAddress()) {
      throw new WirelaceException(
          code,
          uri
              + ": quic does not work with link-local addresses such as "
              + six.getHostAddress()
              + " (expected another address of that machine, or tls://)");
    }
    return address;
  }
}
