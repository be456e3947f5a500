package io.wirelace.transport;

import io.wirelace.config.Times;
import java.time.Duration;

/**
 * What can be set on every endpoint over TCP, as {@code tcp://host:port?nodelay=false}.
 *
 * @param nodelay {@code nodelay}: send small segments at once (TCP_NODELAY); default true
 * @param keepAlive {@code keep-alive}: the kernel's own probes (SO_KEEPALIVE); default true
 * @param reuseAddress {@code reuse-address}: bind although old connections linger; default true
 * @param backlog {@code backlog}: connections that wait to be accepted; default 1024
 * @param sendBufferBytes {@code send-buffer}: SO_SNDBUF, 0 leaves it to the kernel; default 0
 * @param receiveBufferBytes {@code receive-buffer}: SO_RCVBUF, 0 leaves it to the kernel; default 0
 * @param connectTimeout {@code connect-timeout}: how long a connect may take; default 0, as long as
 *     the client's own timeout lets it
 * @param bind {@code bind}: the local address a client connects from; empty leaves it to the kernel
 */
public record SocketOptions(
    boolean nodelay,
    boolean keepAlive,
    boolean reuseAddress,
    int backlog,
    int sendBufferBytes,
    int receiveBufferBytes,
    Duration connectTimeout,
    String bind) {

  private static final int MOST_BYTES = 1024 * 1024 * 1024; // 1 GiB

  /**
   * Reads them from an endpoint's options, and leaves the others to others.
   *
   * @throws io.wirelace.error.WirelaceException if one is out of range
   */
  public static SocketOptions of(EndpointOptions options) {
    return new SocketOptions(
        options.flag("nodelay", true),
        options.flag("keep-alive", true),
        options.flag("reuse-address", true),
        options.number("backlog", 1024, 1, 65_535),
        options.bytes("send-buffer", 0, 0, MOST_BYTES),
        options.bytes("receive-buffer", 0, 0, MOST_BYTES),
        options.duration("connect-timeout", Duration.ZERO),
        options.text("bind", ""));
  }

  /** A {@code connect-timeout} as Netty takes it: 0 for none, otherwise 1 ms or more. */
  public static int connectMillis(Duration connectTimeout) {
    long millis = (Times.ns(connectTimeout) + 999_999) / 1_000_000; // rounded up: 0 stands for none
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }
}
