package io.wirelace.quic;

import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.util.NetUtil;
import io.netty.util.internal.PlatformDependent;
import io.wirelace.config.TlsSettings;
import io.wirelace.config.Values;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Locale;

/**
 * What can be set on a {@code quic://} endpoint, TLS aside.
 *
 * @param streams what a side lets the other do, and does itself, with streams
 * @param admission what a server does with connections that are not sessions yet
 * @param socket the UDP socket
 * @param idleTimeout {@code idle-timeout}: a connection is over after so long without a packet; 0
 *     for never; the lower of both sides counts; default 60 s
 * @param connectTimeout {@code connect-timeout}: how long a client's handshake may take; default 0,
 *     as long as the client's own timeout lets it
 * @param migration {@code migration}: whether a peer may go on from another address; default true
 * @param congestion {@code congestion}: cubic, reno or bbr; default cubic
 */
record QuicOptions(
    Streams streams,
    Admission admission,
    Socket socket,
    Duration idleTimeout,
    Duration connectTimeout,
    boolean migration,
    QuicCongestionControlAlgorithm congestion) {

  /** What nearly every path carries. */
  private static final int USUAL_DATAGRAM_BYTES = 1350;

  /** Other systems take less in one call than their loopback would carry, macOS 9,216 bytes. */
  private static final int LOOPBACK_DATAGRAM_BYTES =
      PlatformDependent.normalizedOs().equals("linux") ? 16 * 1024 : 8 * 1024; // 16 or 8 KiB

  private static final int KIB = 1024;
  private static final int MIB = 1024 * 1024;

  /**
   * Streams and their windows.
   *
   * @param opened {@code streams}: how many a client opens; default 4
   * @param most {@code max-streams}: how many a server lets a client have at once; default 16
   * @param windowBytes {@code stream-window}: what may be under way on one stream at first; default
   *     1 MiB
   * @param connectionWindowBytes {@code connection-window}: the same for all of them together;
   *     default 8 MiB
   */
  record Streams(int opened, int most, int windowBytes, int connectionWindowBytes) {}

  /**
   * Connections that are not sessions yet.
   *
   * @param retryAbove {@code retry-above}: with more of them than that, a client must first prove
   *     its address (Retry); default 256; 0 asks always
   * @param most {@code max-handshakes}: with so many of them, a new one gets the place of the
   *     oldest of the source that has the most; default 4096
   * @param timeout {@code handshake-timeout}: one of them is over after so long; default 10 s
   */
  record Admission(int retryAbove, int most, Duration timeout) {}

  /**
   * The UDP socket.
   *
   * @param datagramBytes {@code datagram-size}: the longest UDP payload sent; default 1350, which
   *     nearly every network carries; on loopback 16 KiB (8 KiB elsewhere than on Linux)
   * @param discoverMtu {@code discover-mtu}: begin with 1,200 bytes, find what the path carries
   *     (RFC 8899), and do not let datagrams be cut in pieces; default true, on loopback false
   * @param gso {@code gso}: hand several datagrams to the kernel at once where it can; default true
   * @param sendBufferBytes {@code send-buffer}: SO_SNDBUF, 0 leaves it to the kernel; default 0
   * @param receiveBufferBytes {@code receive-buffer}: SO_RCVBUF, which the kernel may cap, 0 leaves
   *     it to it; default 0
   * @param bind {@code bind}: the local address a client sends from; empty leaves it to the kernel
   */
  record Socket(
      int datagramBytes,
      boolean discoverMtu,
      boolean gso,
      int sendBufferBytes,
      int receiveBufferBytes,
      String bind) {}

  /**
   * Reads them from an endpoint's options, and leaves the others to others.
   *
   * @param tls has the {@code handshake-timeout}, which counts until there is a session
   * @throws io.wirelace.error.WirelaceException if one is out of range
   */
  static QuicOptions of(EndpointOptions options, TlsSettings tls) {
    return of(options, tls, false);
  }

  private static QuicOptions of(EndpointOptions options, TlsSettings tls, boolean isLoopback) {
    int datagramBytes = isLoopback ? LOOPBACK_DATAGRAM_BYTES : USUAL_DATAGRAM_BYTES;
    return new QuicOptions(
        new Streams(
            options.number("streams", 4, 1, 256),
            options.number("max-streams", 16, 1, 65_535),
            options.bytes("stream-window", MIB, 16 * KIB, 16 * MIB),
            options.bytes("connection-window", 8 * MIB, 16 * KIB, 24 * MIB)),
        new Admission(
            options.number("retry-above", 256, 0, 1_000_000),
            options.number("max-handshakes", 4096, 1, 1_000_000),
            tls.handshakeTimeout()),
        new Socket(
            options.bytes("datagram-size", datagramBytes, 1200, 65_527),
            options.flag("discover-mtu", !isLoopback),
            options.flag("gso", true),
            options.bytes("send-buffer", 0, 0, 1024 * MIB),
            options.bytes("receive-buffer", 2 * MIB, 0, 1024 * MIB),
            options.text("bind", "")),
        options.duration("idle-timeout", Duration.ofSeconds(60)),
        options.duration("connect-timeout", Duration.ZERO),
        options.flag("migration", true),
        congestion(options.text("congestion", "cubic")));
  }

  /** As {@link #of(EndpointOptions, TlsSettings)}. */
  static QuicOptions of(Endpoint endpoint, TlsSettings tls) {
    return of(new EndpointOptions(endpoint), tls, isLoopback(endpoint));
  }

  private static boolean isLoopback(Endpoint endpoint) {
    String host = QuicTransport.host(endpoint);
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
    return address == null ? host.equals("localhost") : address.isLoopbackAddress();
  }

  private static QuicCongestionControlAlgorithm congestion(String name) {
    try {
      return QuicCongestionControlAlgorithm.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw Values.invalid("congestion", name, "cubic, reno or bbr");
    }
  }
}
