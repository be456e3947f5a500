package io.wirelace.tests.contract;

import java.util.concurrent.atomic.AtomicInteger;

/** The contract within one process. */
class MemoryTest extends FlowContract {
  private static final AtomicInteger NEXT = new AtomicInteger();

  @Override
  String listenUri() {
    return "memory://contract-" + NEXT.incrementAndGet();
  }
}
