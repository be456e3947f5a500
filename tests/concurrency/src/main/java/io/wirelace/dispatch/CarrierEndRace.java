package io.wirelace.dispatch;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZZ_Result;

/**
 * A session's thread ends in the pool while the loop begins to carry the next one: that one sends
 * what it has by its loop, and stays there.
 */
@JCStressTest
@Outcome(id = "1, true, true", expect = Expect.ACCEPTABLE, desc = "The next one stayed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The end of the one before made the loop forget it.")
@State
public class CarrierEndRace {
  private final Loop loop = new Loop();
  private @Nullable Runnable before;
  private volatile boolean stayed;

  public CarrierEndRace() {
    loop.carrier.start(() -> before = loop.carrier.continuation()); // ends, and has not said so
  }

  @Actor
  public void pool() {
    loop.carrier.ended(before);
  }

  @Actor
  public void loop() {
    loop.carry(() -> {
      loop.carrier.sendNow();
      stayed = loop.isOnLoop();
    });
  }

  @Arbiter
  public void last(IZZ_Result result) {
    result.r1 = loop.ended(1);
    result.r2 = stayed;
    result.r3 = loop.carrier.continuation() == null;
  }
}
