package io.wirelace.cli;

import io.wirelace.Client;
import io.wirelace.Wirelace;
import io.wirelace.transport.Endpoint;
import java.time.Duration;

/**
 * What load to make.
 *
 * @param uri where to
 * @param size bytes of each body
 * @param depth requests in flight on each connection
 * @param warmup how long to run before measuring
 * @param time how long to measure
 * @param rate messages a second over all connections; 0 for as many as possible
 * @param inline whether the server handles them on its event loop
 */
record LoadPlan(
    Mode mode,
    String uri,
    int size,
    int depth,
    int connections,
    Duration warmup,
    Duration time,
    double rate,
    boolean inline) {

  private static final int LEAST_IN_FLIGHT = 1024;

  /** The kinds of load. */
  enum Mode {
    /** Notifications, counted by the receiver. */
    ONEWAY,
    /** Requests, each answered with its own body. */
    REQUEST,
    /** Connections, each with one request. */
    CONNECT
  }

  /** The URI scheme. */
  String transport() {
    return Endpoint.parse(uri).scheme();
  }

  /** The same load to somewhere else. */
  LoadPlan over(String otherUri) {
    return new LoadPlan(mode, otherUri, size, depth, connections, warmup, time, rate, inline);
  }

  /** The same otherwise, in another mode and depth. */
  LoadPlan as(Mode otherMode, int otherDepth) {
    return new LoadPlan(otherMode, uri, size, otherDepth, connections, warmup, time, rate, inline);
  }

  /** The pace of one connection. */
  Pace pace() {
    return new Pace(rate / connections);
  }

  /** A route of the demo in the form that handlers shall run in. */
  String route(String name) {
    return inline ? name + ".inline" : name;
  }

  /** One more connection. */
  Client connect() {
    return Wirelace.client()
        .name("lace-bench/" + VersionCommand.version())
        .maxInFlight(Math.max(depth, LEAST_IN_FLIGHT))
        .requestTimeout(SideBySide.patience(transport()))
        .connect(uri);
  }

  /** The load itself. */
  Load load() {
    return switch (mode) {
      case ONEWAY -> new OneWayLoad(this);
      case REQUEST -> new RequestLoad(this);
      case CONNECT -> new ConnectLoad(this);
    };
  }
}
