package io.wirelace.dispatch;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIZ_Result;

/**
 * Messages arrive while the thread that handles the ones before them comes to its end: each is
 * handled once and in order, by one thread at a time, and reading goes on at last.
 */
@JCStressTest
@Outcome(id = "1234, 0, true", expect = Expect.ACCEPTABLE, desc = "Each was handled in its turn.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One is lost or waits for ever, or two threads handle.")
@State
public class MailboxRace {
  private static final int MESSAGES = 4;

  /** A loop that brings nothing to do any more ends the actor all the same. */
  private static final int LOOKS = 400;

  private final Post post =
      new Post(RunMode.ORDERED, (session, message) -> handled(message.body()[0]));

  private volatile int order;

  private void handled(int number) {
    order = 10 * order + number;
  }

  @Actor
  public void loop() {
    for (int i = 1; i <= MESSAGES; i++) {
      post.arrive(i);
    }
  }

  @Actor
  public void handler() {
    for (int i = 0; i < LOOKS && order < 1000; i++) {
      post.runOne();
    }
  }

  @Arbiter
  public void last(IIZ_Result result) {
    post.runOne();
    result.r1 = order;
    result.r2 = post.needless.get() + post.stopped.get();
    result.r3 = post.isEmpty() && post.emptied.get() > 0;
  }
}
