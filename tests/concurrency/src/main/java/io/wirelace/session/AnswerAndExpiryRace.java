package io.wirelace.session;

import io.wirelace.error.Fault;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The answer and the deadline meet, then comes a request of the same slot. */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Removed once; the other is there.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Removed by both or by nobody, or the other is lost.")
@State
public class AnswerAndExpiryRace {
  /** Falls into the same slot as the first one. */
  private static final long OTHER = 1 + 256;

  private static final AnswerCallback NOBODY =
      new AnswerCallback() {
        @Override
        public void onAnswer(byte[] body) {}

        @Override
        public void onFailure(Fault fault) {}
      };

  private final PendingTable table = new PendingTable();
  private final PendingRequest request = request(table.nextId());
  private final PendingRequest other = request(OTHER);
  private volatile int byAnswer;
  private volatile int byDeadline;

  public AnswerAndExpiryRace() {
    table.put(request);
    table.nextId();
  }

  @SuppressWarnings("NullAway") // nothing here asks for the requests of a session
  private static PendingRequest request(long id) {
    return new PendingRequest(null, NOBODY, id, 0, Duration.ZERO);
  }

  @Actor
  public void answer() {
    PendingRequest found = table.get(request.id());
    byAnswer = found != null && table.remove(found, () -> true) ? 1 : 0;
  }

  @Actor
  public void deadline() {
    byDeadline = table.remove(request, () -> false) ? 1 : 0;
    table.put(other);
  }

  @Arbiter
  public void last(III_Result result) {
    result.r1 = byAnswer + byDeadline;
    result.r2 = table.get(OTHER) == other && table.get(request.id()) == null ? 1 : 0;
    result.r3 = table.size();
  }
}
