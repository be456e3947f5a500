package io.wirelace.tests.contract;

import io.wirelace.transport.IoBackend;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** The contract over Unix sockets by io_uring, which many containers forbid. */
class UnixIoUringTest extends UnixContract {
  @BeforeAll
  static void mustWorkHere() {
    Throwable whyNot = IoBackend.IO_URING.whyNot();
    if (whyNot != null) {
      System.out.println("UnixIoUringTest is skipped, no io_uring here: " + whyNot.getMessage());
    }
    Assumptions.assumeTrue(whyNot == null, "no io_uring here");
  }

  @Override
  String io() {
    return "io_uring";
  }
}
