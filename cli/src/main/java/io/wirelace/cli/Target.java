package io.wirelace.cli;

import io.wirelace.Client;
import io.wirelace.Wirelace;
import io.wirelace.config.Defaults;
import io.wirelace.error.WirelaceException;
import io.wirelace.wire.Frame;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Which server a command calls. */
final class Target {
  static final String DEFAULT = "tcp://" + Defaults.HOST + ":" + Defaults.PORT;

  private static final Duration SHORTEST_CONNECT = Duration.ofSeconds(2);
  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);

  @Option(
      names = {"-e", "--endpoint"},
      paramLabel = "URI",
      defaultValue = DEFAULT,
      description = "Where the server listens (default: ${DEFAULT-VALUE}).")
  private String uri;

  /**
   * A route as it was given.
   *
   * @throws CommandFailed with exit code 2 if none can be so long, or be called so
   */
  static String route(String given) {
    try {
      if (!given.isEmpty()) {
        Frame.routeBytes(given);
      }
      return given;
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(ExitCode.USAGE, "ROUTE: " + e.getMessage());
    } catch (WirelaceException e) {
      throw new CommandFailed(ExitCode.USAGE, "ROUTE: " + e.fault().message());
    }
  }

  String uri() {
    return uri;
  }

  /**
   * Connects. May take as long as the answer may, but not less than two seconds, because a program
   * that has just started is slow at first, and not more than ten.
   */
  Client connect(Duration timeout) {
    Duration most = timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT;
    return Wirelace.client()
        .name("lace/" + VersionCommand.version())
        .connectTimeout(most.compareTo(SHORTEST_CONNECT) < 0 ? SHORTEST_CONNECT : most)
        .connect(uri);
  }
}
