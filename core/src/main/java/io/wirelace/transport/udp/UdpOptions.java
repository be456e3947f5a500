package io.wirelace.transport.udp;

import io.wirelace.config.Values;
import io.wirelace.transport.EndpointOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What can be set on an endpoint over UDP, as {@code udp://host:port?idle-timeout=1m}.
 *
 * @param idleTimeout {@code idle-timeout}: a peer that sends nothing for this long is gone; default
 *     30 s
 * @param maxPeers {@code max-peers}: peers of a listener at once; default 10,000
 * @param maxPeersPerSource {@code max-peers-per-source}: so many of them from one address; default
 *     0, all but an eighth, or all from this machine itself
 * @param inboundBytes {@code inbound-bytes}: what waits for one peer's session while that does not
 *     read; more is dropped; default 256 KiB
 * @param sendBufferBytes {@code send-buffer}: SO_SNDBUF, 0 leaves it to the kernel; default 0
 * @param receiveBufferBytes {@code receive-buffer}: SO_RCVBUF, 0 leaves it to the kernel, which
 *     bounds it anyhow; default 4 MiB
 * @param reuseAddress {@code reuse-address}: bind where another socket is bound; default false
 * @param connectTimeout {@code connect-timeout}: how long a client asks for an answer; default 0,
 *     as long as its own timeout lets it
 * @param bind {@code bind}: the local address a client sends from; empty leaves it to the kernel
 * @param group {@code group}: a multicast group that a listener hears as well; null for none
 * @param networkInterface {@code interface}: the name of the interface to hear it on; empty takes
 *     that of the bound address
 */
record UdpOptions(
    Duration idleTimeout,
    int maxPeers,
    int maxPeersPerSource,
    int inboundBytes,
    int sendBufferBytes,
    int receiveBufferBytes,
    boolean reuseAddress,
    Duration connectTimeout,
    String bind,
    @Nullable InetAddress group,
    String networkInterface) {

  private static final int MOST_BYTES = 1024 * 1024 * 1024; // 1 GiB
  private static final Duration LEAST_IDLE = Duration.ofMillis(100);

  /**
   * Reads them from an endpoint's options.
   *
   * @throws io.wirelace.error.WirelaceException if one is out of range
   */
  static UdpOptions of(EndpointOptions options) {
    UdpOptions read =
        new UdpOptions(
            options.duration("idle-timeout", Duration.ofSeconds(30)),
            options.number("max-peers", 10_000, 1, 1 << 20),
            options.number("max-peers-per-source", 0, 0, 1 << 20),
            options.bytes("inbound-bytes", 256 * 1024, 1024, MOST_BYTES),
            options.bytes("send-buffer", 0, 0, MOST_BYTES),
            options.bytes("receive-buffer", 4 * 1024 * 1024, 0, MOST_BYTES),
            options.flag("reuse-address", false),
            options.duration("connect-timeout", Duration.ZERO),
            options.text("bind", ""),
            group(options.text("group", "")),
            options.text("interface", ""));
    if (read.idleTimeout.compareTo(LEAST_IDLE) < 0) {
      throw Values.invalid("idle-timeout", read.idleTimeout, "100 ms or more");
    }
    if (read.group == null && !read.networkInterface.isEmpty()) {
      throw Values.invalid("interface", read.networkInterface, "only together with group");
    }
    return read;
  }

  private static @Nullable InetAddress group(String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      // A literal is never looked up.
      boolean literal = text.matches("[0-9.]+") || text.indexOf(':') >= 0;
      InetAddress group = literal ? InetAddress.getByName(text) : null;
      if (group != null && group.isMulticastAddress()) {
        return group;
      }
    } catch (UnknownHostException e) {
      // Told below.
    }
    throw Values.invalid("group", text, "a multicast address, such as 239.1.2.3 or ff15::1");
  }
}
