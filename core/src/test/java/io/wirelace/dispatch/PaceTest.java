package io.wirelace.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which sessions' handlers an event loop carries. */
class PaceTest {
  private static final long QUICK_NS = 1_000;
  private static final long SLOW_NS = 2_000_000;

  private final Pace.Typical typical = new Pace.Typical();
  private long nowNs;
  private Pace pace = new Pace(typical, nowNs);

  private void onLoop(int batches, int messages, long eachNs) {
    for (int i = 0; i < batches; i++) {
      for (int message = 0; message < messages; message++) {
        pace.handled();
      }
      nowNs += messages * eachNs;
      pace.tookOnLoop(messages * eachNs, nowNs);
    }
  }

  private void inPool(int batches, long ns) {
    for (int i = 0; i < batches; i++) {
      pace.handled();
      nowNs += ns;
      pace.tookInPool(ns);
    }
  }

  @Test
  void aSessionHasToProveThatItsHandlersAreQuick() {
    assertThat(pace.isQuick(nowNs)).isFalse();
    inPool(4, QUICK_NS);
    assertThat(pace.isQuick(nowNs)).isFalse();
    inPool(96, QUICK_NS);
    assertThat(pace.isQuick(nowNs)).isTrue();
  }

  @Test
  void aNewSessionIsTakenForOneLikeThoseBefore() {
    assertThat(new Pace(typical, nowNs).isQuick(nowNs)).isFalse();
    inPool(1_000, QUICK_NS);
    assertThat(new Pace(typical, nowNs).isQuick(nowNs)).isTrue();
    pace = new Pace(typical, nowNs);
    inPool(1_000, SLOW_NS);
    assertThat(new Pace(typical, nowNs).isQuick(nowNs)).isFalse();
  }

  /** Those may be short, and never be asked what they are like. */
  @Test
  void whereANewSessionHasHeldTheLoopTheNextBeginInThePoolForAWhile() {
    inPool(1_000, QUICK_NS);
    long heldNs = TimeUnit.MILLISECONDS.toNanos(30);
    for (int held = 0; held < 3; held++) {
      Pace fresh = new Pace(typical, nowNs);
      assertThat(fresh.isQuick(nowNs)).isTrue();
      fresh.handled();
      nowNs += heldNs;
      fresh.tookOnLoop(heldNs, nowNs);
      long restNs = TimeUnit.SECONDS.toNanos(1) << held;
      assertThat(new Pace(typical, nowNs + restNs - 1).isQuick(nowNs + restNs - 1)).isFalse();
      nowNs += restNs;
    }
  }

  @Test
  void oneThatHoldsTheLoopLaterIsNotTypical() {
    inPool(1_000, QUICK_NS);
    onLoop(1, 1, TimeUnit.MILLISECONDS.toNanos(30));
    assertThat(new Pace(typical, nowNs).isQuick(nowNs)).isTrue();
  }

  @Test
  void handlersThatBecomeSlowLeaveAfterFewMessagesAndComeBackWhenTheyAreQuickAgain() {
    inPool(100, QUICK_NS);
    onLoop(5, 1, SLOW_NS);
    assertThat(pace.isQuick(nowNs)).isFalse();
    inPool(100, QUICK_NS);
    assertThat(pace.isQuick(nowNs)).isTrue();
  }

  @Test
  void aLargeBatchOfQuickMessagesIsNotSlow() {
    inPool(100, QUICK_NS);
    onLoop(100, 2_000, QUICK_NS); // two milliseconds each
    assertThat(pace.isQuick(nowNs)).isTrue();
  }

  @Test
  void whoeverIsInterruptedBySomebodyElseNowAndThenIsNotSlow() {
    inPool(100, QUICK_NS);
    for (int i = 0; i < 20; i++) {
      onLoop(1, 1, TimeUnit.MILLISECONDS.toNanos(4)); // the system gave the processor away
      onLoop(30, 1, QUICK_NS);
      assertThat(pace.isQuick(nowNs)).isTrue();
    }
  }

  @Test
  void whoHoldsTheLoopRestsLongerEachTime() {
    long second = TimeUnit.SECONDS.toNanos(1);
    for (int held = 0; held < 3; held++) {
      inPool(200, QUICK_NS);
      onLoop(1, 1, TimeUnit.MILLISECONDS.toNanos(30));
      long restNs = second << held;
      long heldAtNs = nowNs;
      inPool(200, QUICK_NS);
      assertThat(pace.isQuick(heldAtNs + restNs - 1)).isFalse();
      assertThat(pace.isQuick(heldAtNs + restNs)).isTrue();
      nowNs = heldAtNs + restNs;
    }
  }

  @Test
  void whoKeepsTheLoopNowAndThenLeavesItAloneForLonger() {
    inPool(100, QUICK_NS);
    onLoop(1, 1, TimeUnit.MILLISECONDS.toNanos(15)); // one in ten, on average quick
    long keptAtNs = nowNs;
    inPool(200, QUICK_NS);
    assertThat(pace.isQuick(keptAtNs + TimeUnit.MILLISECONDS.toNanos(149))).isFalse();
    assertThat(pace.isQuick(keptAtNs + TimeUnit.MILLISECONDS.toNanos(150))).isTrue();
  }

  @Test
  void inThePoolALongWaitIsNoHold() {
    inPool(1, TimeUnit.SECONDS.toNanos(5));
    inPool(200, QUICK_NS);
    assertThat(pace.isQuick(nowNs)).isTrue();
  }
}
