package io.wirelace.benchmarks.contender;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this process holds after a collection.
 *
 * @param heapBytes used by live objects
 * @param nettyBytes direct memory in Netty's books and not in the JDK's, whole chunks of its pools
 * @param nioBytes direct memory in the JDK's books
 */
public record Memory(long heapBytes, long nettyBytes, long nioBytes) {
  private static final int COLLECTIONS = 3; // buffers are freed by cleaners, after a collection

  /** Collects three times, then looks. */
  public static Memory afterCollection() throws InterruptedException {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
      Thread.sleep(100);
    }
    long nio = 0;
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct")) {
        nio = pool.getMemoryUsed();
      }
    }
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    return new Memory(heap, nettyAlone(nio), nio);
  }

  /** Netty counts all that it takes; without Unsafe it takes it where the JDK counts it too. */
  private static long nettyAlone(long nio) {
    long counted = Math.max(0, PlatformDependent.usedDirectMemory());
    return PlatformDependent.useDirectBufferNoCleaner() ? counted : Math.max(0, counted - nio);
  }
}
