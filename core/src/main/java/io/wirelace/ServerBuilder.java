package io.wirelace;

import io.wirelace.config.RecordSettings;
import io.wirelace.config.ServerSettings;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.Transports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Configures a server. */
public final class ServerBuilder extends HandlerBuilder<ServerBuilder> {
  final List<Endpoint> endpoints = new ArrayList<>();
  ServerSettings serverSettings = ServerSettings.DEFAULT;

  ServerBuilder() {}

  @Override
  ServerBuilder self() {
    return this;
  }

  /**
   * Listens on these endpoints; without any on {@code tcp://127.0.0.1:7420}.
   *
   * @throws WirelaceException -664 for a URI or option that is none, -614 for an unknown scheme
   */
  public ServerBuilder listen(String... uris) {
    for (String uri : uris) {
      Endpoint endpoint = Endpoint.parse(uri);
      Transports.of(endpoint);
      endpoints.add(endpoint);
    }
    return this;
  }

  /** Replaces all settings of the server. */
  public ServerBuilder serverSettings(ServerSettings settings) {
    serverSettings = settings;
    return this;
  }

  @Override
  public ServerBuilder set(String name, Object value) {
    if (RecordSettings.has(ServerSettings.class, name)) {
      serverSettings = RecordSettings.with(serverSettings, name, value);
      return this;
    }
    return super.set(name, value);
  }

  /** How sockets are watched: auto, epoll, kqueue, io_uring or nio. */
  public ServerBuilder io(String backend) {
    return set("io", backend);
  }

  /** Event loops; 0 takes one a processor. */
  public ServerBuilder ioThreads(int threads) {
    return set("io-threads", threads);
  }

  /** Connections at once; one more is refused with -609. */
  public ServerBuilder maxConnections(int connections) {
    return set("max-connections", connections);
  }

  /** Connections from one address at once; 0, as by default, for all but an eighth. */
  public ServerBuilder maxConnectionsPerSource(int connections) {
    return set("max-connections-per-source", connections);
  }

  /** How long {@code close()} lets handlers and queues finish. */
  public ServerBuilder drainTimeout(Duration timeout) {
    return set("drain-timeout", timeout);
  }

  /** Whether callers see what a failing handler's exception says. */
  public ServerBuilder revealErrors(boolean reveal) {
    return set("reveal-errors", reveal);
  }

  /** A server that does not run yet. */
  public Server build() {
    return new Server(this);
  }

  /**
   * A server that runs.
   *
   * @throws WirelaceException -662 if an endpoint cannot be listened on; then nothing is left open
   */
  public Server start() {
    return build().start();
  }

  /** As {@link #start}, with the outcome as a value. */
  public Result<Server> tryStart() {
    try {
      return new Result.Ok<>(start());
    } catch (WirelaceException e) {
      return new Result.Err<>(e.fault());
    }
  }
}
