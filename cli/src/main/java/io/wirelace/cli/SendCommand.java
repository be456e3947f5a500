package io.wirelace.cli;

import io.wirelace.Client;
import io.wirelace.error.CloseReason;
import io.wirelace.error.WirelaceException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lace send}: notifications, all of them delivered before it ends. */
@Command(
    name = "send",
    description = {
      "Send notifications, and end when they are delivered.",
      "A server that has no such route drops them without a word: that is what notifications are."
    })
final class SendCommand implements Callable<Integer> {
  private static final double NS_PER_S = 1e9;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final Terminal terminal;

  @Mixin private Target target;

  @Parameters(
      index = "0",
      paramLabel = "ROUTE",
      description = "The route; \"\" for the default handler.")
  private String route;

  @Parameters(index = "1", arity = "0..1", paramLabel = "BODY", description = Body.HELP)
  private @Nullable String body;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private long count;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      converter = Conversions.Size.class,
      description = "Send bodies of this many bytes, instead of BODY.")
  private @Nullable Integer size;

  @Option(names = "--json", description = "Print one JSON object: sent, seconds, rate.")
  private boolean json;

  SendCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (count < 1) {
      throw new CommandFailed(ExitCode.USAGE, "--count " + count + " (expected 1 or more)");
    }
    Target.route(route);
    byte[] bytes = bytes();
    Client client = target.connect(CONNECT_TIMEOUT);
    long start = System.nanoTime();
    try (client) {
      sendAll(client, bytes);
    }
    CloseReason reason = client.whenClosed().toCompletableFuture().join();
    if (reason.initiator() != CloseReason.Initiator.LOCAL) {
      throw new WirelaceException(reason.fault());
    }
    report((System.nanoTime() - start) / NS_PER_S);
    return ExitCode.OK.status();
  }

  private byte[] bytes() {
    Integer wanted = size;
    if (wanted == null) {
      return Body.read(body, terminal.in());
    }
    if (body != null) {
      throw new CommandFailed(ExitCode.USAGE, "both BODY and --size are given (expected one)");
    }
    byte[] filled = new byte[wanted];
    Arrays.fill(filled, (byte) 'x');
    return filled;
  }

  private void sendAll(Client client, byte[] bytes) {
    try (Progress progress = new Progress(terminal, "sending")) {
      for (long i = 0; i < count; i++) {
        client.send(route, bytes);
        if ((i & 0xFFF) == 0) {
          progress.part(i, count);
        }
      }
    }
  }

  private void report(double seconds) {
    double rate = count / seconds;
    if (json) {
      terminal
          .out()
          .println(new JsonLine().put("sent", count).put("seconds", seconds).put("rate", rate));
      return;
    }
    terminal
        .err()
        .println(
            String.format(Locale.ROOT, "sent %,d in %.3f s, %,.0f a second", count, seconds, rate));
  }
}
