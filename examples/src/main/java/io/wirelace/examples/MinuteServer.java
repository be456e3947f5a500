package io.wirelace.examples;

// snippet: server
import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Server;
import io.wirelace.Wirelace;
import java.time.Instant;

/** A server with two routes. */
public final class MinuteServer {
  private MinuteServer() {}

  /** Starts it; without an argument on tcp://127.0.0.1:7420. */
  public static void main(String[] args) throws InterruptedException {
    try (Server server =
        Wirelace.server()
            .listen(args.length > 0 ? args[0] : "tcp://127.0.0.1:7420")
            .route("echo", (session, message) -> message.body())
            .route("time", (session, message) -> Instant.now().toString().getBytes(UTF_8))
            .on(event -> System.err.println(event))
            .start()) {
      System.out.println("listening " + server.uri());
      server.awaitShutdown();
    }
  }
}
// end
