package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SpinWaitTest {
  private static final Duration LIMIT = Duration.ofNanos(100);

  private final AtomicInteger awake = new AtomicInteger();

  /** Each look at the clock takes ten nanoseconds. */
  private long nowNs;

  private long answerAtNs = Long.MAX_VALUE;
  private CompletableFuture<byte[]> answer = new CompletableFuture<>();
  private final SpinWait wait = wait(LIMIT, 1);

  private SpinWait wait(Duration limit, int mostAwake) {
    return new SpinWait(limit, this::tick, awake, mostAwake);
  }

  /** When another thread takes the processor, for 500 ns. */
  private long takenAtNs = Long.MAX_VALUE;

  private long tick() {
    nowNs += 10;
    if (nowNs >= takenAtNs) {
      takenAtNs = Long.MAX_VALUE;
      nowNs += 500;
    }
    if (nowNs >= answerAtNs) {
      answer.complete(new byte[0]);
    }
    return nowNs;
  }

  /** Waits for an answer that comes after so many nanoseconds; returns how long it was awake. */
  private long waitFor(SpinWait how, long answerNs) {
    answer = new CompletableFuture<>();
    answerAtNs = nowNs + answerNs;
    long startNs = nowNs;
    how.await(answer);
    assertThat(awake).hasValue(0);
    return nowNs - startNs;
  }

  @Test
  void whoIsAnsweredSoonIsAwakeUntilThen() {
    for (int call = 0; call < 100; call++) {
      assertThat(waitFor(wait, 50)).isEqualTo(50);
      assertThat(answer).isCompleted();
    }
  }

  @Test
  void whoIsNotIsAwakeNoLongerThanTheLimit() {
    assertThat(waitFor(wait, 10_000)).isBetween(LIMIT.toNanos(), LIMIT.toNanos() + 10);
  }

  @Test
  void eachWaitInVainHasTwiceAsManyCallsSleepAtOnce() {
    int attempts = 0;
    int calls = 10_000;
    for (int call = 0; call < calls; call++) {
      attempts += waitFor(wait, 10_000) > 0 ? 1 : 0;
    }
    assertThat(attempts).isBetween(10, 20);
  }

  @Test
  void oneAnswerThatCameInTimeMakesItTryEveryTime() {
    for (int call = 0; call < 1_000; call++) {
      waitFor(wait, 10_000);
    }
    int calls = 0;
    while (waitFor(wait, 50) == 0) {
      calls++;
    }
    assertThat(calls).isLessThanOrEqualTo(1024);
    for (int call = 0; call < 10; call++) {
      assertThat(waitFor(wait, 50)).isEqualTo(50);
    }
  }

  @Test
  void anAnswerThatIsThereNeedsNoLook() {
    answer.complete(new byte[0]);
    wait.await(answer);
    assertThat(nowNs).isZero();
  }

  @Test
  void zeroIsNever() {
    assertThat(waitFor(wait(Duration.ZERO, 1), 50)).isZero();
  }

  @Test
  void noMoreAreAwakeThanMayBe() {
    assertThat(waitFor(wait(LIMIT, 0), 50)).isZero();
    assertThat(waitFor(wait(LIMIT, 1), 50)).isEqualTo(50);
  }

  @Test
  void whileOthersWantTheProcessorItSleeps() {
    takenAtNs = 20;
    waitFor(wait, 10_000);
    long backNs = nowNs;
    while (waitFor(wait, 50) < 50) {}
    assertThat(nowNs - backNs).isBetween(8 * 510L, 8 * 510L + 100);
  }

  @Test
  void anEventLoopIsNever() throws Exception {
    Thread loop = new FastThreadLocalThread(() -> wait.await(answer));
    loop.start();
    loop.join();
    assertThat(nowNs).isZero();
  }
}
