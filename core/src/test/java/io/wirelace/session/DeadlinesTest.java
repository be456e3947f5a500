package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The clock is the test's, and so are the timers. */
class DeadlinesTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final SessionLoop loop =
      new SessionLoop(
          channel.eventLoop(),
          cause -> {
            throw new AssertionError(cause);
          });
  private final TreeSet<Long> waiting = new TreeSet<>();
  private final List<Long> expired = new ArrayList<>();
  private final long start = 1_000_000_000L;
  private long now = start;
  private int sweeps;

  private final Deadlines deadlines =
      new Deadlines(
          () -> now,
          at -> {
            sweeps++;
            while (!waiting.isEmpty() && waiting.first() <= at) {
              expired.add(waiting.removeFirst() - start);
            }
            return waiting.isEmpty() ? Long.MAX_VALUE : waiting.first();
          });

  DeadlinesTest() {
    channel.freezeTime();
  }

  private void add(long ms) {
    long at = start + TimeUnit.MILLISECONDS.toNanos(ms);
    waiting.add(at);
    deadlines.add(at, loop);
  }

  private void advance(long ms) {
    for (long i = 0; i < ms; i++) {
      now += 1_000_000;
      channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
      channel.runPendingTasks();
    }
  }

  @AfterEach
  void end() {
    channel.finishAndReleaseAll();
  }

  @Test
  void eachExpiresSoonAfterItsTimeAndNotBefore() {
    add(100);
    add(30);
    add(200);
    advance(29);
    assertThat(expired).isEmpty();
    advance(6);
    assertThat(expired).containsExactly(30_000_000L);
    advance(100);
    assertThat(expired).containsExactly(30_000_000L, 100_000_000L);
    advance(100);
    assertThat(expired).hasSize(3);
  }

  @Test
  void manyDeadlinesShareATimer() {
    for (int i = 0; i < 1000; i++) {
      add(1000 + i % 3);
    }
    advance(999);
    assertThat(sweeps).isZero();
    advance(20);
    assertThat(expired).hasSize(3); // a set: the same instants are one
    assertThat(sweeps).isLessThan(5);
  }

  @Test
  void aDeadlineOfThePastExpiresAtTheNextLook() {
    advance(50);
    add(10);
    advance(6);
    assertThat(expired).hasSize(1);
  }

  @Test
  void nothingExpiresAfterClosing() {
    add(10);
    deadlines.close();
    add(5);
    advance(100);
    assertThat(expired).isEmpty();
  }
}
