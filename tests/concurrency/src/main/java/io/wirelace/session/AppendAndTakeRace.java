package io.wirelace.session;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * A sender appends while the holder of the duty takes: each frame leaves once, whether the second
 * one goes to the chunk of the first or seals it.
 */
@JCStressTest
@Outcome(id = "1, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Each frame left once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A frame was lost, or left twice.")
@State
public class AppendAndTakeRace {
  /** A sender takes longer to encode than the holder to look: so often it looks. */
  private static final int LOOKS = 32;

  private final Queue together = new Queue(false);
  private final Queue apart = new Queue(true);

  @Actor
  public void sender() {
    together.append(1);
    together.append(2);
    apart.append(3);
    apart.append(4);
  }

  @Actor
  public void holder() {
    for (int i = 0; i < LOOKS; i++) {
      together.take();
      apart.take();
    }
  }

  @Arbiter
  public void last(IIII_Result result) {
    together.take();
    apart.take();
    result.r1 = together.taken(1);
    result.r2 = together.taken(2);
    result.r3 = apart.taken(3);
    result.r4 = apart.taken(4);
  }
}
