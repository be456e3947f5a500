package io.wirelace.benchmarks.scale;

import io.wirelace.ClientBuilder;
import io.wirelace.Wirelace;
import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.dispatch.RunMode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A process full of clients: {@code ScaleClient PORT HEARTBEAT}. Prints {@code READY}; does what
 * the lines of its input say, and answers each with {@code DONE name=value …}; ends with its input.
 */
public final class ScaleClient {
  /** Bytes of a request, and of its answer. */
  static final int BODY_BYTES = 64;

  private final byte[] body = Bodies.of(Bodies.ECHO, BODY_BYTES);
  private final Subscribers subscribers = new Subscribers();
  private final Connections connections;

  private ScaleClient(int port, String heartbeat) {
    connections = new Connections(port, () -> builder(heartbeat));
  }

  private ClientBuilder builder(String heartbeat) {
    return Wirelace.client()
        .set("heartbeat-interval", heartbeat)
        .receive(ScaleServer.NEWS, RunMode.INLINE, subscribers::heard);
  }

  /** Runs it. */
  public static void main(String[] args) {
    try {
      ScaleClient client = new ScaleClient(Integer.parseInt(args[0]), args[1]);
      System.out.println("READY");
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      String line;
      while ((line = commands.readLine()) != null) {
        System.out.println("DONE " + client.answer(line.split(" ", -1)));
      }
      System.exit(0);
    } catch (Throwable e) {
      fail(e);
    }
  }

  /** Ends the process; what it measured would be wrong. */
  static void fail(Throwable why) {
    why.printStackTrace();
    System.exit(1);
  }

  private Numbers answer(String[] command) throws Exception {
    long started = System.nanoTime();
    return switch (command[0]) {
      case "open" -> {
        connections.open(Integer.parseInt(command[1]));
        yield new Numbers().put("seconds", (System.nanoTime() - started) / 1e9);
      }
      case "touch" -> {
        connections.touch(ScaleServer.ECHO, body);
        yield new Numbers().put("seconds", (System.nanoTime() - started) / 1e9);
      }
      case "close" -> {
        connections.close();
        yield new Numbers().put("seconds", (System.nanoTime() - started) / 1e9);
      }
      case "closed" ->
          new Rotation(connections, Integer.parseInt(command[1]), ScaleServer.ECHO, body)
              .run(nanos(command[2]));
      case "open-loop" ->
          new OpenLoop(connections, ScaleServer.ECHO, body)
              .run(
                  new ArrivalSchedule(Double.parseDouble(command[1]), Long.parseLong(command[3])),
                  nanos(command[2]));
      case "expect" -> {
        subscribers.expect(connections.size());
        yield new Numbers().put("subscribers", connections.size());
      }
      case "heard" -> subscribers.told();
      case "memory" -> ScaleServer.memory();
      default -> throw new IllegalArgumentException("command: " + command[0]);
    };
  }

  private static long nanos(String seconds) {
    return (long) (Double.parseDouble(seconds) * 1e9);
  }
}
