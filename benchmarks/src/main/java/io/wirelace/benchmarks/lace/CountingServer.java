package io.wirelace.benchmarks.lace;

import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.config.HandlerCarrier;
import io.wirelace.dispatch.RunMode;
import io.wirelace.error.CloseReason;
import io.wirelace.metrics.Event;
import io.wirelace.session.Message;
import io.wirelace.session.Session;

/**
 * The server's handlers. The count is a plain field: one session floods at a time, and its handlers
 * run one after the other.
 */
final class CountingServer {
  /** Notifications to be counted. */
  static final String SINK = "sink";

  /** "How many since I asked last?" */
  static final String COUNT = "count";

  /** Sends the body back. */
  static final String ECHO = "echo";

  /** Asks for a {@link #GO}. */
  static final String START = "start";

  /** Comes back to the client, whose handler of it runs on the client's event loop. */
  static final String GO = "go";

  private long received;
  private long heads;

  private CountingServer() {}

  /** Listens on one event loop, as the tuned peers do, and returns the URI for clients. */
  static String start(RunMode mode, Place place) {
    return start(mode, place, 1);
  }

  /** As {@link #start(RunMode, Place)}, on so many event loops; 0 for one a processor. */
  static String start(RunMode mode, Place place, int loops) {
    return start(Wirelace.server().ioThreads(loops), mode, place);
  }

  /** On one event loop that carries ordered handlers while they are quick. */
  static String startCarried(Place place) {
    ServerBuilder builder = Wirelace.server().ioThreads(1).handlerCarrier(HandlerCarrier.AUTO);
    return start(builder, RunMode.ORDERED, place);
  }

  private static String start(ServerBuilder builder, RunMode mode, Place place) {
    CountingServer counting = new CountingServer();
    Server server =
        builder
            .listen(place.listen())
            .receive(SINK, mode, counting::count)
            .route(COUNT, mode, (session, message) -> counting.told())
            .route(ECHO, mode, (session, message) -> message.body())
            .receive(START, mode, (session, message) -> session.trySend(GO, message.body()))
            .on(CountingServer::tell)
            .start();
    return place.connect(server.uri());
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

  private void count(Session session, Message message) {
    heads ^= Bodies.head(message.body());
    received++;
  }

  private byte[] told() {
    if (heads == received && received > 0) { // keeps the reads alive; a coincidence harms nothing
      System.err.println("heads equal count");
    }
    byte[] answer = Bodies.ofNumber(received);
    received = 0;
    heads = 0;
    return answer;
  }
}
