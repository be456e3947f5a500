package io.wirelace.tests.contract;

import io.wirelace.ClientBuilder;
import io.wirelace.ServerBuilder;
import io.wirelace.config.HandlerCarrier;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.VirtualThreads;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** The contract over TCP where event loops carry all ordered handlers, however long they take. */
class TcpCarriedTest extends TcpContract {
  @BeforeAll
  static void mustWorkHere() {
    Assumptions.assumeTrue(
        VirtualThreads.whyNotCarried().isEmpty(),
        () -> "skipped, not in this JVM: " + VirtualThreads.whyNotCarried());
  }

  @Override
  String io() {
    return IoBackend.AUTO.resolve().label();
  }

  @Override
  ServerBuilder server(String uri) {
    return super.server(uri).handlerCarrier(HandlerCarrier.LOOP);
  }

  @Override
  ClientBuilder client() {
    return super.client().handlerCarrier(HandlerCarrier.LOOP);
  }
}
