package io.wirelace.cli;

import io.wirelace.Client;
import io.wirelace.Wirelace;
import io.wirelace.config.Defaults;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Which server a command calls. */
final class Target {
  static final String DEFAULT = "tcp://" + Defaults.HOST + ":" + Defaults.PORT;

  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);

  @Option(
      names = {"-e", "--endpoint"},
      paramLabel = "URI",
      defaultValue = DEFAULT,
      description = "Where the server listens (default: ${DEFAULT-VALUE}).")
  private String uri;

  String uri() {
    return uri;
  }

  /** Connects, within the timeout of the call and within ten seconds. */
  Client connect(Duration timeout) {
    return Wirelace.client()
        .name("lace/" + VersionCommand.version())
        .connectTimeout(timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT)
        .connect(uri);
  }
}
