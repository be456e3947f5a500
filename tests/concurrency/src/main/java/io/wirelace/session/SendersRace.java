package io.wirelace.session;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** Two senders seal each other's chunks: each frame leaves once. */
@JCStressTest
@Outcome(id = "1, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Each frame left once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A frame was lost, or left twice.")
@State
public class SendersRace {
  private final Queue queue = new Queue(true);

  @Actor
  public void sender() {
    queue.append(1);
    queue.append(3);
  }

  @Actor
  public void another() {
    queue.append(2);
    queue.append(4);
  }

  @Arbiter
  public void last(IIII_Result result) {
    queue.take();
    result.r1 = queue.taken(1);
    result.r2 = queue.taken(2);
    result.r3 = queue.taken(3);
    result.r4 = queue.taken(4);
  }
}
