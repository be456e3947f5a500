package io.wirelace.session;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** A sender appends while the holder of the duty closes: what was accepted is not lost. */
@JCStressTest
@Outcome(id = "true, false, 1", expect = Expect.ACCEPTABLE, desc = "Accepted; not closed yet.")
@Outcome(
    id = "true, true, 1",
    expect = Expect.ACCEPTABLE,
    desc = "Accepted and taken, then closed.")
@Outcome(id = "false, true, 0", expect = Expect.ACCEPTABLE, desc = "Closed first, so refused.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Accepted and lost, or refused and sent.")
@State
public class AppendAndCloseRace {
  private final Queue queue = new Queue(false);

  @Actor
  public void sender(ZZI_Result result) {
    result.r1 = queue.append(1);
  }

  @Actor
  public void holder(ZZI_Result result) {
    queue.take();
    result.r2 = queue.chain.close();
  }

  @Arbiter
  public void last(ZZI_Result result) {
    if (!result.r2) {
      queue.take(); // who has closed takes nothing any more
    }
    result.r3 = queue.taken(1);
  }
}
