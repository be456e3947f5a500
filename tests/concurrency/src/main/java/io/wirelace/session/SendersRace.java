package io.wirelace.session;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * Two senders put frames into one chunk, or seal each other's chunks: each frame leaves once. Many
 * frames, since two claims seldom meet.
 */
@JCStressTest
@Outcome(id = "16, 16, 2, 2", expect = Expect.ACCEPTABLE, desc = "Each frame left once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A frame was lost, or left twice.")
@State
public class SendersRace {
  private static final int FRAMES = 16;

  /** Fewer, since each has memory of its own until all is taken. */
  private static final int FRAMES_APART = 2;

  private final Queue together = new Queue(false);
  private final Queue apart = new Queue(true);

  private void send(int id) {
    for (int i = 0; i < FRAMES; i++) {
      together.append(id);
    }
    for (int i = 0; i < FRAMES_APART; i++) {
      apart.append(id);
    }
  }

  @Actor
  public void sender() {
    send(1);
  }

  @Actor
  public void another() {
    send(2);
  }

  @Arbiter
  public void last(IIII_Result result) {
    together.take();
    apart.take();
    result.r1 = together.taken(1);
    result.r2 = together.taken(2);
    result.r3 = apart.taken(1);
    result.r4 = apart.taken(2);
  }
}
