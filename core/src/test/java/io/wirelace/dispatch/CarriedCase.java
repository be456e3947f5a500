package io.wirelace.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.config.HandlerCarrier;
import io.wirelace.transport.VirtualThreads;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** Servers with one event loop, which may carry the virtual threads of handlers. */
class CarriedCase {
  static final byte[] NOTHING = {};

  /** A loop that lost its processor is left alone for a second, then for two, and so on. */
  static final Duration RESTS = Duration.ofSeconds(30);

  @BeforeEach
  void mustBeAllowed() {
    Assumptions.assumeTrue(
        VirtualThreads.whyNotCarried().isEmpty(),
        () -> "skipped, not in this JVM: " + VirtualThreads.whyNotCarried());
  }

  static ServerBuilder server(HandlerCarrier carrier) {
    return Wirelace.server()
        .listen("tcp://127.0.0.1:0")
        .ioThreads(1)
        .handlerCarrier(carrier)
        .route("carrier", (session, message) -> bytes(carrier()));
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** A virtual thread's text ends with the name of what carries it. */
  static String carrier() {
    Thread current = Thread.currentThread();
    return (current.isVirtual() ? "virtual on " : "") + current.toString().split("@", 2)[1];
  }

  static String carrierOf(Client client) {
    return new String(client.request("carrier", NOTHING), UTF_8);
  }

  /**
   * Some requests one after the other, since a processor that has slept is slow at first; several
   * in a row, since one of them may have been slower than what is just quick enough.
   */
  static boolean comesToTheLoop(Client client) {
    int inARow = 0;
    for (int i = 0; i < 400 && inARow < 20; i++) {
      inARow = carrierOf(client).startsWith("virtual on lace-io") ? inARow + 1 : 0;
    }
    return inARow == 20;
  }
}
