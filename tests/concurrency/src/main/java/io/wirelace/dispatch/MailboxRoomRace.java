package io.wirelace.dispatch;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads handle what a mailbox is full of: one of them has the loop read on, and only one. */
@JCStressTest
@Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "Reading goes on; said once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Reading never goes on, or more often than it stopped.")
@State
public class MailboxRoomRace {
  private final Post post = new Post(RunMode.CONCURRENT, (session, message) -> {});
  private final int stoppedAtFirst;
  private final Runnable one;
  private final Runnable another;

  public MailboxRoomRace() {
    post.arrive(1);
    post.arrive(2);
    stoppedAtFirst = post.stopped.get();
    one = post.tasks.remove();
    another = post.tasks.remove();
  }

  @Actor
  public void handler() {
    one.run();
  }

  @Actor
  public void anotherHandler() {
    another.run();
  }

  @Arbiter
  public void last(III_Result result) {
    result.r1 = post.stopped.get();
    result.r2 = stoppedAtFirst;
    result.r3 = post.isEmpty() ? post.emptied.get() : -1;
  }
}
