package io.wirelace.transport;

import io.wirelace.config.Values;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;

/**
 * What can be set on every endpoint over a Unix socket, as {@code unix:/path?mode=0660}.
 *
 * @param mode {@code mode}: who may connect, as the octal mode of the file; default 0600
 * @param backlog {@code backlog}: connections that wait to be accepted; default 1024
 * @param sendBufferBytes {@code send-buffer}: SO_SNDBUF, 0 leaves it to the kernel; default 0
 * @param receiveBufferBytes {@code receive-buffer}: SO_RCVBUF, 0 leaves it to the kernel; default 0
 * @param connectTimeout {@code connect-timeout}: how long a connect may take; default 0, as long as
 *     the client's own timeout lets it
 */
record UnixSocketOptions(
    Set<PosixFilePermission> mode,
    int backlog,
    int sendBufferBytes,
    int receiveBufferBytes,
    Duration connectTimeout) {

  private static final int MOST_BYTES = 1024 * 1024 * 1024; // 1 GiB

  /**
   * Reads them from an endpoint's options, and leaves the others to others.
   *
   * @throws io.wirelace.error.WirelaceException if one is out of range
   */
  static UnixSocketOptions of(EndpointOptions options) {
    return new UnixSocketOptions(
        mode(options.text("mode", "0600")),
        options.number("backlog", 1024, 1, 65_535),
        options.bytes("send-buffer", 0, 0, MOST_BYTES),
        options.bytes("receive-buffer", 0, 0, MOST_BYTES),
        options.duration("connect-timeout", Duration.ZERO));
  }

  private static Set<PosixFilePermission> mode(String text) {
    if (!text.matches("0?[0-7]{3}")) {
      throw Values.invalid("mode", text, "three octal digits, such as 0600 or 0660");
    }
    int bits = Integer.parseInt(text, 8);
    StringBuilder letters = new StringBuilder("rwxrwxrwx");
    for (int i = 0; i < letters.length(); i++) {
      if ((bits & 0400 >> i) == 0) {
        letters.setCharAt(i, '-');
      }
    }
    return PosixFilePermissions.fromString(letters.toString());
  }
}
