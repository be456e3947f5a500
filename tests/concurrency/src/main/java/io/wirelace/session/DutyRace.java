package io.wirelace.session;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * A sender appends while the loop, which has drained, gives the duty up: the frame is taken, or the
 * sender knows that it has to wake the loop.
 */
@JCStressTest
@Outcome(id = "1, false", expect = Expect.ACCEPTABLE, desc = "The loop saw the frame.")
@Outcome(id = "0, true", expect = Expect.ACCEPTABLE, desc = "The sender wakes the loop.")
@Outcome(id = "1, true", expect = Expect.ACCEPTABLE, desc = "Both: the loop wakes for nothing.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The frame waits, and nobody will come for it.")
@State
public class DutyRace {
  /** A sender takes longer to encode than the loop to look: so often it looks. */
  private static final int LOOKS = 32;

  private final Queue queue = new Queue(false);
  private final DrainDuty duty = new DrainDuty();

  /** The loop is draining, and has come to the end of what there was. */
  public DutyRace() {
    queue.append(2);
    duty.takeForLoop();
    duty.beginWork();
    queue.take();
  }

  @Actor
  public void sender(IZ_Result result) {
    queue.append(1);
    result.r2 = duty.takeForLoop();
  }

  @Actor
  public void loop() {
    do {
      for (int i = 0; i < LOOKS; i++) {
        queue.take();
      }
      duty.leave();
    } while (queue.chain.hasMore() && duty.takeForLoop() && duty.beginWork());
  }

  @Arbiter
  public void last(IZ_Result result) {
    result.r1 = queue.taken(1);
    queue.take(); // frees it
  }
}
