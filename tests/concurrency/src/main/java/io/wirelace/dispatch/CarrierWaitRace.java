package io.wirelace.dispatch;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/** A thread that the loop carries waits, and another thread lets it go on: so it does, once. */
@JCStressTest
@Outcome(id = "1, true", expect = Expect.ACCEPTABLE, desc = "It came to its end.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Nobody carries it on, or its loop holds it for ever.")
@State
public class CarrierWaitRace {
  private final Loop loop = new Loop();
  private volatile @Nullable Thread waiting;
  private volatile boolean go;

  @Actor
  public void loop() {
    loop.carry(() -> {
      waiting = Thread.currentThread();
      while (!go) {
        LockSupport.park(this);
      }
    });
  }

  @Actor
  public void peer() {
    go = true;
    LockSupport.unpark(waiting);
  }

  @Arbiter
  public void last(IZ_Result result) {
    result.r1 = loop.ended(1);
    result.r2 = loop.carrier.continuation() == null;
  }
}
