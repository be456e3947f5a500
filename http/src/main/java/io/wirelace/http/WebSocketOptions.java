package io.wirelace.http;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.http.websocket.FrameLimits;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import java.time.Duration;

/**
 * What can be set on a {@code ws} or {@code wss} endpoint beside what every socket has.
 *
 * @param path the path that upgrades; {@code /lace} where the endpoint has none
 * @param doors which web pages may connect: {@code origins} and {@code hosts}
 * @param deflate {@code deflate}: agree to permessage-deflate; default false
 * @param limits {@code max-message}, default 32 MiB; {@code max-text}, default 1 MiB; {@code
 *     max-fragments}, default 4096; {@code max-pings}, default 100 a second; {@code
 *     message-timeout}, default 10 s
 * @param maxHeadBytes {@code max-head}: bytes of a request's or response's head; default 8 KiB
 * @param maxHandshakes {@code max-handshakes}: connections of a listener that have not upgraded
 *     yet; default 1024
 * @param handshakeTimeout {@code handshake-timeout}: from the first byte to the upgrade; default 5
 *     s
 */
record WebSocketOptions(
    String path,
    Origins doors,
    boolean deflate,
    FrameLimits limits,
    int maxHeadBytes,
    int maxHandshakes,
    Duration handshakeTimeout) {

  private static final String DEFAULT_PATH = "/lace";
  private static final int MOST_BYTES = 1024 * 1024 * 1024; // 1 GiB

  /**
   * Reads them from an endpoint.
   *
   * @throws WirelaceException if one is out of range
   */
  static WebSocketOptions of(Endpoint endpoint) {
    return read(endpoint.host(), endpoint.path(), new EndpointOptions(endpoint));
  }

  /** Reads them for an endpoint of that host and path, and leaves other options to others. */
  static WebSocketOptions read(String host, String path, EndpointOptions options) {
    return new WebSocketOptions(
        path.isEmpty() || path.equals("/") ? DEFAULT_PATH : path,
        Origins.of(host, options.text("origins", ""), options.text("hosts", "")),
        options.flag("deflate", false),
        new FrameLimits(
            options.bytes("max-message", 32 * 1024 * 1024, 1024, MOST_BYTES), // 32 MiB
            options.bytes("max-text", 1024 * 1024, 1024, MOST_BYTES), // 1 MiB
            options.number("max-fragments", 4096, 1, Integer.MAX_VALUE),
            options.number("max-pings", 100, 1, 1_000_000),
            timeout(options, "message-timeout", Duration.ofSeconds(10))),
        options.bytes("max-head", 8 * 1024, 256, 1024 * 1024), // 8 KiB, up to 1 MiB
        options.number("max-handshakes", 1024, 1, 1_000_000),
        timeout(options, "handshake-timeout", Duration.ofSeconds(5)));
  }

  private static Duration timeout(EndpointOptions options, String name, Duration otherwise) {
    Duration timeout = options.duration(name, otherwise);
    if (timeout.isZero()) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG, name + ": 0 (expected more than 0, such as 5s)");
    }
    return timeout;
  }
}
