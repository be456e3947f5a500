package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CrowdingTest {
  private static final long TOO_LONG_NS = 200;

  private final Crowding crowding = new Crowding(TOO_LONG_NS);
  private long nowNs = -1_000; // the clock may say anything

  /** A look that takes so long; how long it is crowded then. */
  private long crowdedAfter(long lookNs) {
    nowNs += lookNs;
    assertThat(crowding.took(lookNs, nowNs)).isTrue();
    long startNs = nowNs;
    while (crowding.isCrowded(() -> nowNs)) {
      nowNs += 10;
    }
    return nowNs - startNs;
  }

  @Test
  void atFirstItIsNot() {
    assertThat(crowding.isCrowded(() -> nowNs)).isFalse();
  }

  @Test
  void aShortLookSaysNothing() {
    assertThat(crowding.took(TOO_LONG_NS - 1, nowNs)).isFalse();
    assertThat(crowding.isCrowded(() -> nowNs)).isFalse();
  }

  @Test
  void aLongLookSaysItForEightTimesAsLong() {
    assertThat(crowdedAfter(300)).isEqualTo(8 * 300);
  }

  @Test
  void whereItIsSoonSoAgainItIsSaidForTwiceAsManyTimes() {
    for (int times : new int[] {8, 16, 32, 64, 64, 64}) {
      assertThat(crowdedAfter(300)).isEqualTo(times * 300L);
      nowNs += 1_000;
    }
  }

  @Test
  void aMuchLongerLookSoonAfterIsAgainToo() {
    crowdedAfter(300);
    assertThat(crowdedAfter(30_000)).isEqualTo(16 * 30_000);
  }

  @Test
  void aPauseOfTheWholeProcessCountsForTenMilliseconds() {
    assertThat(crowdedAfter(Duration.ofMinutes(1).toNanos())).isEqualTo(8 * 10_000_000);
  }

  @Test
  void afterAPauseAsLongItStartsAgain() {
    crowdedAfter(300);
    crowdedAfter(300);
    nowNs += 16 * 300;
    assertThat(crowdedAfter(300)).isEqualTo(8 * 300);
  }
}
