package io.wirelace.tests.contract;

import io.wirelace.transport.IoBackend;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** The contract over UDP by io_uring, which many containers forbid. */
class UdpIoUringTest extends UdpContract {
  @BeforeAll
  static void mustWorkHere() {
    Throwable whyNot = IoBackend.IO_URING.whyNot();
    if (whyNot != null) {
      System.out.println("UdpIoUringTest is skipped, no io_uring here: " + whyNot.getMessage());
    }
    Assumptions.assumeTrue(whyNot == null, "no io_uring here");
  }

  @Override
  String io() {
    return "io_uring";
  }
}
