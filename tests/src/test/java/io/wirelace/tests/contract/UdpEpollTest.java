package io.wirelace.tests.contract;

import io.wirelace.transport.IoBackend;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** The contract over UDP by epoll. */
class UdpEpollTest extends UdpContract {
  @BeforeAll
  static void mustWorkHere() {
    Throwable whyNot = IoBackend.EPOLL.whyNot();
    Assumptions.assumeTrue(whyNot == null, () -> "skipped, no epoll here: " + whyNot);
  }

  @Override
  String io() {
    return "epoll";
  }
}
