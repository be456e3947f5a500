package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoopWaitTest {
  private static final Duration LIMIT = Duration.ofNanos(100);

  private final AtomicInteger awake = new AtomicInteger();
  private final FakeLoop loop = new FakeLoop();
  private final LoopWait wait = wait(LIMIT, 1);

  private LoopWait wait(Duration limit, int mostAwake) {
    return new LoopWait(limit, () -> loop.nowNs, awake, mostAwake);
  }

  /** Something comes at a time; each look takes ten nanoseconds. */
  private final class FakeLoop implements LoopWait.Loop {
    private long nowNs;
    private long comesNs;
    private long taskNs = Long.MAX_VALUE;
    private long othersNs;
    private int looks;
    private int failsAtLook;
    private int sleeps;
    private int mostAwake;

    @Override
    public boolean isIdle() {
      return nowNs < taskNs;
    }

    @Override
    public int look() {
      looks++;
      if (looks == failsAtLook) {
        throw new IllegalStateException("at look " + looks);
      }
      nowNs += 10;
      mostAwake = Math.max(mostAwake, awake.get());
      return nowNs >= comesNs ? 3 : 0;
    }

    @Override
    public int sleep() {
      sleeps++;
      nowNs = Math.max(nowNs, Math.min(comesNs, taskNs));
      return 3;
    }

    @Override
    public void letOthersRun() {
      nowNs += othersNs;
    }

    /** Waits for what comes after so long; returns whether the loop slept. */
    private boolean sleepsFor(LoopWait how, long afterNs) {
      comesNs = nowNs + afterNs;
      int before = sleeps;
      assertThat(how.await(this)).isEqualTo(3);
      assertThat(awake).hasValue(0);
      return sleeps > before;
    }
  }

  @Test
  void itIsAwakeAsLongAsSomethingComesSoon() {
    for (int turn = 0; turn < 100; turn++) {
      assertThat(loop.sleepsFor(wait, 50)).isFalse();
    }
    assertThat(loop.mostAwake).isEqualTo(1);
  }

  @Test
  void aWaitInVainIsAwakeNoLongerThanTheLimit() {
    assertThat(loop.sleepsFor(wait, 1000)).isTrue();
    assertThat(loop.looks).isEqualTo(11); // the first is not counted
  }

  @Test
  void eachWaitInVainHasTwiceAsManyWaitsBeAsleep() {
    for (int asleep : new int[] {2, 4, 8, 16, 32, 64, 64, 64}) {
      int before = loop.looks;
      loop.sleepsFor(wait, 200);
      assertThat(loop.looks - before).as("before %d", asleep).isEqualTo(11);
      for (int turn = 0; turn < asleep; turn++) {
        assertThat(loop.sleepsFor(wait, 200)).isTrue();
      }
      assertThat(loop.looks - before).as("%d asleep", asleep).isEqualTo(11);
    }
  }

  @Test
  void oneThatWasNotInVainStartsThatAgain() {
    for (int turn = 0; turn < 200; turn++) {
      loop.sleepsFor(wait, 200);
    }
    while (loop.sleepsFor(wait, 50)) {} // 64 at most
    assertThat(loop.sleepsFor(wait, 200)).isTrue();
    assertThat(loop.sleepsFor(wait, 50)).isTrue();
    assertThat(loop.sleepsFor(wait, 50)).isTrue();
    assertThat(loop.sleepsFor(wait, 50)).isFalse();
  }

  @Test
  void whatTheFirstLookFindsSaysNothingOfWaiting() {
    for (int turn = 0; turn < 200; turn++) {
      loop.sleepsFor(wait, 200);
    }
    int before = loop.looks;
    for (int turn = 0; turn < 650; turn++) {
      loop.sleepsFor(wait, 0);
      loop.sleepsFor(wait, 200);
    }
    assertThat(loop.looks - before).isLessThan(20 * 11 + 650);
  }

  @Test
  void aLoopThatHasNotToWaitDoesNotCountAsAwake() {
    for (int turn = 0; turn < 10; turn++) {
      loop.sleepsFor(wait, 0);
    }
    assertThat(loop.mostAwake).isZero();
  }

  @Test
  void oneThatFailsAtALookIsNotAwakeAnyMore() {
    loop.failsAtLook = 3;
    loop.comesNs = Long.MAX_VALUE;
    assertThatThrownBy(() -> wait.await(loop)).hasMessage("at look 3");
    assertThat(loop.mostAwake).isEqualTo(1);
    assertThat(awake).hasValue(0);
  }

  @Test
  void aTaskEndsTheWait() {
    loop.comesNs = Long.MAX_VALUE;
    loop.taskNs = loop.nowNs + 40;
    assertThat(wait.await(loop)).isZero();
    assertThat(loop.sleeps).isZero();
    assertThat(loop.nowNs).isEqualTo(loop.taskNs);
  }

  @Test
  void whereThereIsSomethingToDoItDoesNotLookAtTheClock() {
    loop.taskNs = 0;
    LoopWait timeless =
        new LoopWait(
            LIMIT,
            () -> {
              throw new AssertionError("it looked");
            },
            awake,
            1);
    assertThat(timeless.await(loop)).isEqualTo(3);
  }

  @Test
  void whereOthersKeepTheProcessorItSleepsForEightTimesAsLong() {
    loop.othersNs = 500;
    assertThat(loop.sleepsFor(wait, 50)).isTrue(); // and does what came meanwhile
    loop.othersNs = 0;
    long backNs = loop.nowNs;
    while (loop.sleepsFor(wait, 50)) {}
    assertThat(loop.nowNs - backNs).isBetween(8 * 500L, 8 * 500L + 200);
    assertThat(loop.sleepsFor(wait, 50)).isFalse();
  }

  @Test
  void whereOthersKeepItForLessItLooksOn() {
    loop.othersNs = 15;
    for (int turn = 0; turn < 100; turn++) {
      assertThat(loop.sleepsFor(wait, 50)).isFalse();
    }
  }

  @Test
  void noMoreAreAwakeThanMayBe() {
    LoopWait none = wait(LIMIT, 0);
    for (int turn = 0; turn < 10; turn++) {
      assertThat(loop.sleepsFor(none, 50)).isTrue();
    }
    awake.set(1);
    loop.comesNs = loop.nowNs;
    wait.await(loop);
    assertThat(loop.looks).isZero();
    assertThat(awake).hasValue(1);
  }

  @Test
  void zeroIsNever() {
    LoopWait never = wait(Duration.ZERO, 1);
    for (int turn = 0; turn < 10; turn++) {
      assertThat(loop.sleepsFor(never, 1)).isTrue();
    }
    assertThat(loop.looks).isZero();
  }
}
