package io.wirelace.leak;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** The leaks that Netty has found in this process. */
public final class Leaks {
  /** A buffer that is lost is found by one of so many collections. */
  private static final int COLLECTIONS = 10;

  private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

  private Leaks() {}

  /** From now on what Netty finds is kept. Before the first buffer is made. */
  public static void record() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @Override
          @SuppressWarnings("deprecation") // Netty still asks for it
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval, long maxActive) {
            return new Recorder<>(resource, samplingInterval);
          }
        });
  }

  private static final class Recorder<T> extends ResourceLeakDetector<T> {
    Recorder(Class<?> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      FOUND.add(resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      FOUND.add(resourceType);
    }
  }

  /** What has been found so far, without looking for more. */
  public static List<String> found() {
    return List.copyOf(FOUND);
  }

  /** Collects garbage until lost buffers must have been found; returns what was. */
  public static List<String> find() {
    for (int i = 0; i < COLLECTIONS; i++) {
      collect();
    }
    return List.copyOf(FOUND);
  }

  /** One collection; what it frees is found with the next buffers. */
  @SuppressWarnings("ThreadPriorityCheck")
  public static void collect() {
    System.gc();
    // The collector's own thread hands over what it found.
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    for (ByteBufAllocator allocator :
        List.of(PooledByteBufAllocator.DEFAULT, UnpooledByteBufAllocator.DEFAULT)) {
      allocator.directBuffer(16).release();
      allocator.heapBuffer(16).release();
    }
  }

  /** Forgets the leaks that match, which a test has planted; returns whether there were any. */
  public static boolean forgive(Predicate<String> planted) {
    return FOUND.removeIf(planted);
  }
}
