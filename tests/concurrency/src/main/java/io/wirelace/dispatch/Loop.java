package io.wirelace.dispatch;

import io.wirelace.session.MessageSink;
import io.wirelace.transport.VirtualThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread that stands for an event loop, and what makes it a carrier. */
final class Loop implements MessageSink.Flow {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);
  private static final Pace.Typical TYPICAL = new Pace.Typical();

  final LoopCarrier carrier = new LoopCarrier(this, new Pace(TYPICAL, 0), true, System::nanoTime);

  private @Nullable Thread self;
  private volatile int ended;

  /** The current thread is the loop: it carries a task until that ends or waits. */
  void carry(Runnable task) {
    self = Thread.currentThread();
    carrier.start(() -> {
      Runnable continuation = carrier.continuation();
      try {
        task.run();
      } finally {
        carrier.ended(continuation);
        ended = ended + 1; // one task at a time
      }
    });
    self = null;
  }

  /** Waits for so many tasks to have ended, in the pool perhaps; how many that are. */
  int ended(int tasks) {
    long untilNs = System.nanoTime() + PATIENCE_NS;
    while (ended < tasks && System.nanoTime() - untilNs < 0) {
      LockSupport.parkNanos(1_000);
    }
    return ended;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // that very thread
  public boolean isOnLoop() {
    return VirtualThreads.carrier() == self;
  }

  @Override
  public Executor loop() {
    throw new IllegalStateException("this loop has no tasks");
  }

  @Override
  public boolean hasMuchToSend() {
    return false;
  }

  @Override
  public void sendNow() {}

  @Override
  public long writtenNs() {
    return 0;
  }

  @Override
  public void pause() {}

  @Override
  public void resume() {}

  @Override
  public void hold() {}

  @Override
  public void release() {}

  @Override
  public void emptied() {}

  @Override
  public void cannotGoOn(Throwable cause) {
    throw new IllegalStateException("it should go on", cause);
  }
}
