package io.wirelace.transport;

import io.netty.util.NetUtil;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Hosts of endpoints as addresses: to listen on, to connect from. Blocks where a name needs it. */
public final class Hosts {
  private Hosts() {}

  /**
   * The address that a text is, with its zone if it has one; null if it is a name.
   *
   * @throws UnknownHostException if its zone is no interface of this machine
   */
  public static @Nullable InetAddress literal(String host) throws UnknownHostException {
    boolean address = NetUtil.isValidIpV4Address(host) || host.indexOf(':') >= 0;
    return address ? InetAddress.getByName(host) : null; // which asks nobody for an address
  }

  /** A host without its zone, which means something on this machine only (RFC 6874, section 4). */
  public static String withoutZone(String host) {
    int zone = host.indexOf('%');
    return zone >= 0 && host.indexOf(':') >= 0 ? host.substring(0, zone) : host;
  }

  /**
   * Where a listener is to be bound: the first address of a name.
   *
   * @throws io.wirelace.error.WirelaceException {@link ErrorCode#BIND_FAILED} if there is none
   */
  public static InetSocketAddress toListen(Endpoint endpoint, String host, int port) {
    if (host.equals("*")) {
      return new InetSocketAddress(port);
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw Fault.of(
              ErrorCode.BIND_FAILED,
              "cannot listen on "
                  + endpoint.uri()
                  + ": "
                  + unknown(host)
                  + " (expected an address of this machine, localhost, or * for all)",
              e)
          .toException();
    }
  }

  /**
   * The option {@code bind}: where a client is to connect from; null where it is not set.
   *
   * @throws io.wirelace.error.WirelaceException {@link ErrorCode#INVALID_CONFIG} if it is no
   *     address and no name
   */
  public static @Nullable InetSocketAddress toConnectFrom(String bind) {
    if (bind.isEmpty()) {
      return null;
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(bind), 0);
    } catch (UnknownHostException e) {
      throw Fault.of(
              ErrorCode.INVALID_CONFIG,
              "bind: "
                  + unknown(bind)
                  + " (expected an address of this machine, such as 192.0.2.1)",
              e)
          .toException();
    }
  }

  private static String unknown(String host) {
    int zone = host.indexOf('%');
    return zone >= 0 && host.indexOf(':') >= 0
        ? host + ": there is no interface " + host.substring(zone + 1)
        : host + " is no address, and no name that is known here";
  }
}
