package io.wirelace.tests.contract;

import io.wirelace.transport.IoBackend;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** The contract over UDP by nio. */
class UdpNioTest extends UdpContract {
  @BeforeAll
  static void mustWorkHere() {
    Throwable whyNot = IoBackend.NIO.whyNot();
    Assumptions.assumeTrue(whyNot == null, () -> "skipped, no nio here: " + whyNot);
  }

  @Override
  String io() {
    return "nio";
  }
}
