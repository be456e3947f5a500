package io.wirelace.benchmarks.scale;

import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.benchmarks.contender.Memory;
import io.wirelace.dispatch.RunMode;
import io.wirelace.error.CloseReason;
import io.wirelace.metrics.Event;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The serving process: {@code ScaleServer HEARTBEAT}, with the settings as they are by default but
 * for the heartbeat interval. Prints {@code READY port}; answers the lines {@code memory}, {@code
 * settle}, {@code sessions} and {@code publish SECONDS WINDOW PAUSE-MS}; ends with its input.
 */
public final class ScaleServer {
  /** Sends the body back. */
  static final String ECHO = "echo";

  /** What every subscriber gets. */
  static final String NEWS = "news";

  /** The last subscriber has a message. */
  static final String HAVE_IT = "have";

  private static final int GARBAGE_BYTES = 64 * 1024; // 64 KiB
  private static final int GARBAGE_ROUNDS = 8 * 1024; // of that, 512 MiB in all

  private ScaleServer() {}

  /** Runs it. */
  public static void main(String[] args) {
    try {
      serve(args[0]);
    } catch (Throwable e) {
      ScaleClient.fail(e); // the event loops would keep the process
    }
  }

  private static void serve(String heartbeat) throws Exception {
    AtomicReference<@Nullable Publisher> publisher = new AtomicReference<>();
    ServerBuilder builder = Wirelace.server();
    builder.set("heartbeat-interval", heartbeat);
    Server server =
        builder
            .listen("tcp://*:0")
            .route(ECHO, (session, message) -> message.body())
            .receive(
                HAVE_IT,
                RunMode.INLINE,
                (session, message) -> {
                  Publisher waiting = publisher.get();
                  if (waiting != null) {
                    waiting.acknowledged();
                  }
                })
            .on(ScaleServer::tell)
            .start();
    Publisher publishing = new Publisher(server);
    publisher.set(publishing);
    String uri = server.uri();
    System.out.println("READY " + uri.substring(uri.lastIndexOf(':') + 1));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line;
    while ((line = commands.readLine()) != null) {
      System.out.println("DONE " + answer(line.split(" ", -1), server, publishing));
    }
    System.exit(0);
  }

  private static Numbers answer(String[] command, Server server, Publisher publisher)
      throws InterruptedException {
    return switch (command[0]) {
      case "memory" -> memory();
      case "settle" -> settle();
      case "sessions" -> new Numbers().put("sessions", server.sessions().size());
      case "publish" ->
          publisher.run(
              (long) (Double.parseDouble(command[1]) * 1e9),
              Integer.parseInt(command[2]),
              Long.parseLong(command[3]));
      default -> throw new IllegalArgumentException("command: " + command[0]);
    };
  }

  /** What this process holds after a collection. */
  static Numbers memory() throws InterruptedException {
    Memory memory = Memory.afterCollection();
    return new Numbers()
        .put("heap", memory.heapBytes())
        .put("direct", memory.nettyBytes() + memory.nioBytes());
  }

  /** Goes once through the young generation, so that it is resident before anything is compared. */
  private static Numbers settle() {
    long touched = 0;
    for (int i = 0; i < GARBAGE_ROUNDS; i++) {
      byte[] garbage = new byte[GARBAGE_BYTES];
      garbage[i] = 1;
      touched += garbage.length;
    }
    return new Numbers().put("touched", touched);
  }

  /** What should not happen while something is measured. */
  private static void tell(Event event) {
    if (event instanceof Event.Violated
        || event instanceof Event.HandlerFailed
        || event instanceof Event.Dropped
        || (event instanceof Event.Closed closed
            && closed.reason().initiator() != CloseReason.Initiator.REMOTE)) {
      System.err.println(event);
    }
  }
}
