package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.Message;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lace request}: one request, its answer's bytes on standard output. */
@Command(name = "request", description = "Send a request and print the body of its answer.")
final class RequestCommand implements Callable<Integer> {
  private static final double NS_PER_MS = 1e6;

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
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How long to wait for the answer (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(
      names = "--header",
      paramLabel = "KEY=VALUE",
      description = "A header to send; may be given several times.")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(names = "--json", description = "Print one JSON object with body, headers and time.")
  private boolean json;

  RequestCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (timeout.isZero()) {
      throw new CommandFailed(ExitCode.USAGE, "--timeout 0 (expected more than 0)");
    }
    Message question = Message.of(Target.route(route), Body.read(body, terminal.in()));
    for (Map.Entry<String, String> header : headers.entrySet()) {
      question = withHeader(question, header.getKey(), header.getValue());
    }
    try (Client client = target.connect(timeout)) {
      long start = System.nanoTime();
      Message answer = client.request(question, timeout);
      print(answer, System.nanoTime() - start);
    } catch (WirelaceException e) {
      if (json) {
        terminal.out().println(FaultText.json(e.fault()));
      }
      throw e;
    }
    return ExitCode.OK.status();
  }

  private static Message withHeader(Message message, String key, String value) {
    try {
      return message.withHeader(key, value);
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(ExitCode.USAGE, "--header " + key + "=…: " + e.getMessage());
    } catch (WirelaceException e) {
      throw new CommandFailed(ExitCode.USAGE, "--header " + key + "=…: " + e.fault().message());
    }
  }

  private void print(Message answer, long tookNs) {
    if (json) {
      terminal.out().println(asJson(answer, tookNs));
      return;
    }
    byte[] bytes = answer.body();
    terminal.out().write(bytes, 0, bytes.length);
    boolean lineOpen = bytes.length > 0 && bytes[bytes.length - 1] != '\n';
    if (terminal.outIsTerminal() && lineOpen) {
      terminal.out().println();
    }
  }

  private JsonLine asJson(Message answer, long tookNs) {
    JsonLine keys = new JsonLine();
    answer.headers().forEach(keys::put);
    JsonLine line =
        new JsonLine()
            .put("route", route)
            .put("ms", tookNs / NS_PER_MS)
            .put("bytes", answer.bodyLength())
            .put("headers", keys);
    try {
      return line.put("body", UTF_8.newDecoder().decode(ByteBuffer.wrap(answer.body())).toString());
    } catch (CharacterCodingException e) {
      return line.put("body_base64", Base64.getEncoder().encodeToString(answer.body()));
    }
  }
}
