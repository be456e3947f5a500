package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.ServerBuilder;
import io.wirelace.dispatch.RunMode;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.Message;
import io.wirelace.session.Session;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;

/** The routes of {@code lace serve --demo}: something to call, and what measuring needs. */
final class DemoRoutes {
  /** What {@code --help} says of them. */
  static final String HELP =
      "Add routes to try things with: echo, echo.inline (the body back), time, sleep (body:"
          + " milliseconds), fail, flood (body: N SIZE; sends N notifications back), sink,"
          + " sink.inline (count notifications), sink.count (how many so far).";

  private static final int MOST_FLOOD_BYTES = 1 << 20; // 1 MiB

  private final LongAdder sunk = new LongAdder();

  /** Adds them all. */
  void addTo(ServerBuilder server) {
    server
        .route("echo", (session, message) -> message.body())
        .inline("echo.inline", (session, message) -> message.body())
        .route("time", (session, message) -> Instant.now().toString().getBytes(UTF_8))
        .receive("sink", (session, message) -> sunk.increment())
        .receive("sink.inline", RunMode.INLINE, (session, message) -> sunk.increment())
        .route("sink.count", (session, message) -> Long.toString(sunk.sum()).getBytes(UTF_8))
        .route("sleep", RunMode.CONCURRENT, DemoRoutes::sleep)
        .route("fail", DemoRoutes::fail)
        .route("flood", DemoRoutes::flood);
  }

  private static byte[] sleep(Session session, Message message) throws InterruptedException {
    Thread.sleep(number("milliseconds", message.text(), Integer.MAX_VALUE));
    return message.body();
  }

  private static byte[] fail(Session session, Message message) {
    throw new IllegalStateException("the route fail fails, as it is meant to");
  }

  private static byte[] flood(Session session, Message message) {
    String[] words = message.text().trim().split("\\s+", -1);
    if (words.length != 2) {
      throw invalid(
          "flood: "
              + message.text()
              + " (expected two numbers: how many, and of how many"
              + " bytes)");
    }
    long count = number("how many", words[0], Integer.MAX_VALUE);
    byte[] body = new byte[(int) number("how many bytes", words[1], MOST_FLOOD_BYTES)];
    for (long i = 0; i < count; i++) {
      session.send("flood", body);
    }
    return Long.toString(count).getBytes(UTF_8);
  }

  private static long number(String what, String text, long most) {
    try {
      long number = Long.parseLong(text.trim());
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, together with numbers out of range.
    }
    throw invalid(what + ": " + text + " (expected 0 to " + most + ")");
  }

  private static WirelaceException invalid(String message) {
    return new WirelaceException(ErrorCode.INVALID_ARGUMENT, message);
  }
}
