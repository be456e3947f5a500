package io.wirelace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Senders whose time is virtual: how long a body takes is what the test says. */
class PayoffTest {
  private static final int PLAIN = 1024;
  private static final int SMALL = 400;

  private long nowNs;
  private int compressed;
  private final Payoff payoff = new Payoff(() -> nowNs);

  /**
   * Sends bodies; returns the share of them that was compressed. Where that is slower it is the
   * compressor that takes the time, elsewhere the link.
   */
  private double share(int bodies, long compressedNs, long plainNs) {
    compressed = 0;
    for (int i = 0; i < bodies; i++) {
      boolean compress = payoff.compressNow();
      long startNs = compress ? payoff.compressing() : 0;
      long cpuNs = compressedNs > plainNs ? compressedNs : compressedNs / 10;
      if (compress) {
        nowNs += cpuNs;
        payoff.compressed(startNs);
        nowNs += compressedNs - cpuNs;
      } else {
        nowNs += plainNs;
      }
      compressed += compress ? 1 : 0;
      payoff.sent(PLAIN, compress ? SMALL : PLAIN);
    }
    return (double) compressed / bodies;
  }

  @Test
  void whereTheLinkIsSlowBodiesAreCompressed() {
    // 100 Mbit/s: what a body takes is what its bytes take.
    assertThat(share(100_000, SMALL * 80L, PLAIN * 80L)).isGreaterThan(0.9);
  }

  @Test
  void whereCompressingTakesLongerThanTheLinkTheyAreNot() {
    share(200_000, 2_000, 700); // finds out
    assertThat(share(2_000_000, 2_000, 700)).isLessThan(0.05);
  }

  @Test
  void tryingCostsLittleTime() {
    share(200_000, 22_000, 700);
    long before = nowNs;
    int bodies = 5_000_000;
    share(bodies, 22_000, 700);
    assertThat((double) (nowNs - before)).isLessThan(1.1 * bodies * 700);
  }

  @Test
  void whatTurnsSlowIsCompressedAgain() {
    share(1_000_000, 2_000, 700);
    share(200_000, SMALL * 80L, PLAIN * 80L);
    assertThat(share(100_000, SMALL * 80L, PLAIN * 80L)).isGreaterThan(0.9);
  }

  @Test
  void oneTrialThatWinsByChanceChangesNothing() {
    share(2_000_000, 2_000, 700);
    for (int i = 0; i < 20_000_000 && !payoff.compressNow(); i++) {
      nowNs += 700;
      payoff.sent(PLAIN, PLAIN);
    }
    assertThat(payoff.compressNow()).as("a trial").isTrue();
    for (int i = 0; i < 20_000 && payoff.compressNow(); i++) {
      nowNs += 700;
      payoff.sent(PLAIN, SMALL);
    }
    assertThat(share(100_000, 2_000, 700)).isLessThan(0.2);
  }

  @Test
  void aFloodAfterSlowTrafficIsNotCompressedForLong() {
    share(120_000, 1_000_000, 1_000_000); // two minutes that say nothing about speed
    share(4_000_000, 2_000, 700); // finds out
    assertThat(share(1_000_000, 2_000, 700)).isLessThan(0.1);
  }

  @Test
  void afterATurnTheOtherWayIsTriedSoon() {
    share(40_000_000, 22_000, 700); // compressing has lost again and again
    share(1_000_000, SMALL * 80L, PLAIN * 80L); // and wins now
    assertThat(share(100_000, SMALL * 80L, PLAIN * 80L)).isGreaterThan(0.9);
    share(1_000_000, 22_000, 700); // and loses
    assertThat(share(2_000_000, 22_000, 700)).isLessThan(0.1);
  }

  @Test
  void whereCompressingPaidForLongItIsStillSoonSeenThatItDoesNot() {
    share(3_000_000, SMALL * 80L, PLAIN * 80L); // sending plainly has lost again and again
    share(300_000, 22_000, 700); // at most seven seconds
    assertThat(share(1_000_000, 22_000, 700)).isLessThan(0.1);
  }

  @Test
  void aTrialThatMetASenderWhoWasNotWarmIsRepeatedSoon() {
    while (payoff.compressNow()) {
      share(1, 22_000, 22_000);
    }
    while (!payoff.compressNow()) {
      share(1, 22_000, 22_000); // the trial, by whose end plain was no faster
    }
    long coldNs = nowNs;
    while (payoff.compressNow()) {
      share(1, 22_000, 700);
    }
    assertThat(nowNs - coldNs).isLessThan(1_200_000_000);
  }

  @Test
  void whatLosesAgainAndAgainIsTriedLessOften() {
    share(500_000, 1_200, 700); // finds out; too near to be hopeless
    double atFirst = share(10_000_000, 1_200, 700);
    share(80_000_000, 1_200, 700);
    assertThat(share(80_000_000, 1_200, 700)).isLessThan(0.6 * atFirst);
  }

  @Test
  void aHopelessTrialEndsAtOnce() {
    share(2_000_000, 22_000, 700); // finds out
    long longestNs = 0;
    for (int i = 0; i < 20_000_000; i++) {
      long startNs = nowNs;
      while (payoff.compressNow()) {
        share(1, 22_000, 700);
      }
      longestNs = Math.max(longestNs, nowNs - startNs);
      share(1, 22_000, 700);
    }
    assertThat(longestNs).isBetween(1_000_000L, 2_000_000L);
  }

  @Test
  void aFastLinkIsFoundOutInATenthOfASecond() {
    while (nowNs < 100_000_000) {
      share(1, 22_000, 700);
    }
    assertThat(share(1_000_000, 22_000, 700)).isLessThan(0.05);
  }

  /** A burst that fits the queue before a slow link gets away at once, whatever it is. */
  @Test
  void shortBurstsAreCompressed() {
    int compressedBodies = 0;
    int bodies = 0;
    for (int burst = 0; burst < 2_000; burst++) {
      long startNs = nowNs;
      for (int i = 0; i < 200; i++) {
        compressedBodies += (int) share(1, 7_000, 700);
        bodies++;
      }
      nowNs = startNs + 50_000_000; // twenty a second
    }
    assertThat((double) compressedBodies / bodies).isGreaterThan(0.8);
  }

  @Test
  void manyWhoCompressAtOnceMayKeepUp() {
    share(2_000_000, 22_000, 700); // finds out
    while (!payoff.compressNow()) {
      share(1, 22_000, 700);
    }
    int threads = 64;
    long startNs = nowNs;
    while (payoff.compressNow()) { // each takes its time, and they get rid of two each 700 ns
      long[] starts = new long[threads];
      for (int i = 0; i < threads; i++) {
        starts[i] = payoff.compressing();
      }
      nowNs += 22_000;
      for (long start : starts) {
        payoff.compressed(start);
        payoff.sent(PLAIN, SMALL);
      }
    }
    assertThat(nowNs - startNs).isGreaterThan(10_000_000);
  }

  @Test
  void trafficThatIsLimitedByNeitherIsCompressed() {
    // A thousand a second, whatever becomes of them.
    assertThat(share(100_000, 1_000_000, 1_000_000)).isGreaterThan(0.9);
  }

  @Test
  void silenceIsNotTakenForSlowness() {
    for (int night = 0; night < 3; night++) {
      share(20, 2_000, 700);
      nowNs += 8 * 3_600_000_000_000L;
    }
    share(200_000, 2_000, 700);
    assertThat(share(1_000_000, 2_000, 700)).isLessThan(0.05);
  }

  @Test
  void aFewBodiesAreCompressedWithoutATrial() {
    assertThat(share(50, 10_000_000, 10_000_000)).isEqualTo(1.0);
  }
}
