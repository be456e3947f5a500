package io.wirelace;

import io.wirelace.dispatch.RunMode;
import io.wirelace.metrics.Event;
import java.util.concurrent.atomic.AtomicReference;

/** The server of {@link SmallHeapTest}, to be started in a JVM of its own. */
final class SmallHeapServer {
  private SmallHeapServer() {}

  /** Serves until it is killed; says where, and which events matter. */
  public static void main(String[] args) throws InterruptedException {
    AtomicReference<Server> self = new AtomicReference<>();
    Server server =
        Wirelace.server()
            .listen(System.getProperty("listen", "tcp://127.0.0.1:0"))
            .set("max-inflation-ratio", 100_000)
            .on(SmallHeapServer::tell)
            .route("echo", (session, message) -> message.body())
            .route(
                "sleep",
                RunMode.CONCURRENT,
                (session, message) -> {
                  byte[] body = message.body();
                  Thread.sleep(3000);
                  return new byte[] {body[body.length - 1]};
                })
            .route(
                "large",
                (session, message) -> {
                  Thread.sleep(200);
                  return new byte[12_000_000];
                })
            .route(
                "broadcast",
                (session, message) -> {
                  java.util.Objects.requireNonNull(self.get()).broadcast("", message.body());
                  return new byte[0];
                })
            .defaultRoute((session, message) -> message.body())
            .start();
    self.set(server);
    System.out.println(server.uri());
    server.awaitShutdown();
  }

  private static void tell(Event event) {
    if (event instanceof Event.Evicted || event instanceof Event.Slow) {
      System.out.println(event);
    } else if (event instanceof Event.HandlerFailed failed) {
      System.out.println(failed.failure());
    }
  }
}
