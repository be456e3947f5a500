package io.wirelace.session;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A sender appends while the holder of the duty takes: each frame leaves once. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Each frame left once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A frame was lost, or left twice.")
@State
public class AppendAndTakeRace {
  private final Queue queue = new Queue(false);

  @Actor
  public void sender() {
    queue.append(1);
    queue.append(2);
  }

  @Actor
  public void holder() {
    queue.take();
  }

  @Arbiter
  public void last(II_Result result) {
    queue.take();
    result.r1 = queue.taken(1);
    result.r2 = queue.taken(2);
  }
}
