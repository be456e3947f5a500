package io.wirelace.session;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * A sender that writes its own frame beside the event loop: never both at the head, and if the loop
 * was turned away, the sender knows that it has to wake it.
 */
@JCStressTest
@Outcome(id = "0, true", expect = Expect.ACCEPTABLE, desc = "One after the other, nothing is owed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both at once, or the loop is owed a wake-up.")
@State
public class SenderAndLoopRace {
  private final DrainDuty duty = new DrainDuty();
  private volatile int atHead;
  private volatile int together;
  private volatile boolean turnedAway;
  private volatile boolean woken;

  @Actor
  public void sender() {
    if (duty.takeForSender()) {
      enter();
      woken = !duty.leaveAsSender();
    }
  }

  @Actor
  public void loop() {
    if (duty.beginWork()) {
      enter();
      duty.leave();
    } else {
      turnedAway = true;
    }
  }

  private void enter() {
    if (atHead != 0) {
      together = 1;
    }
    atHead = 1;
    if (atHead != 1) {
      together = 1;
    }
    atHead = 0;
  }

  @Arbiter
  public void last(IZ_Result result) {
    result.r1 = together;
    result.r2 = !turnedAway || woken;
  }
}
