package io.wirelace.config;

import java.time.Duration;
import java.util.Objects;

/**
 * The settings of a server.
 *
 * @param io how sockets are watched: auto, epoll, kqueue, io_uring or nio
 * @param ioThreads event loops; 0 takes one a processor
 * @param maxConnections connections at once; one more is refused with -609
 * @param maxConnectionsPerSource so many of them from one address; 0 for all but an eighth, or all
 *     from this machine itself
 * @param drainTimeout how long {@code close()} lets handlers and queues finish
 * @param revealErrors whether callers see the message of an exception that a handler threw
 * @param node the name this server gives itself in WELCOME
 */
public record ServerSettings(
    String io,
    int ioThreads,
    int maxConnections,
    int maxConnectionsPerSource,
    Duration drainTimeout,
    boolean revealErrors,
    String node) {

  /** What holds unless told otherwise. */
  public static final ServerSettings DEFAULT =
      new ServerSettings("auto", 0, 100_000, 0, Duration.ofSeconds(10), false, "lace");

  /** Checks every range. */
  public ServerSettings {
    Objects.requireNonNull(io, "io");
    Objects.requireNonNull(node, "node");
    Ranges.check("io-threads", ioThreads, 0, 1024);
    Ranges.check("max-connections", maxConnections, 1, 1 << 24);
    Ranges.check("max-connections-per-source", maxConnectionsPerSource, 0, 1 << 24);
    Ranges.positive("drain-timeout", drainTimeout);
    if (node.isEmpty() || node.length() > 255) {
      throw Values.invalid("node", node, "1 to 255 characters");
    }
  }
}
