package io.wirelace.quic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long datagrams may be while the path changes, by a virtual clock. */
final class PathMtuTest implements PathMtu.Path {
  private static final int WHOLE = 1350;
  private static final int BASE = PathMtu.BASE_BYTES;
  private static final long RTT_MS = 10;

  private final List<String> told = new ArrayList<>();
  private long nowNs = -5; // as System.nanoTime may be
  private long sent;
  private long sentBytes;
  private long sentAgainBytes;
  private long received;
  private long lost;
  private long lostBytes;
  private int looks;
  private final PathMtu mtu = PathMtu.withDiscovery(this, nowNs);

  @Override
  public PathMtu.Counts counts() {
    looks++;
    return new PathMtu.Counts(
        sent,
        sentBytes,
        sentAgainBytes,
        received,
        lost,
        lostBytes,
        100_000,
        TimeUnit.MILLISECONDS.toNanos(RTT_MS));
  }

  @Override
  public void narrowed(String why) {
    told.add(why);
  }

  @Override
  public void widened() {
    told.add("widened");
  }

  private void after(long ms) {
    nowNs += TimeUnit.MILLISECONDS.toNanos(ms);
  }

  /** Sends one datagram as long as may be, with that much to send. */
  private int send(int bytes) {
    int length = Math.min(bytes, mtu.allow(WHOLE, nowNs));
    sent++;
    sentBytes += length;
    return length;
  }

  /** One that arrives where the path carries so many bytes, else is lost; both show soon. */
  private int sendOver(int pathBytes) {
    int bytes = send(WHOLE);
    if (bytes > pathBytes) {
      lost++;
      lostBytes += bytes;
    } else {
      received++;
    }
    return bytes;
  }

  private void untilFallenBack(int pathBytes) {
    for (int i = 0; i < 100 && sendOver(pathBytes) > BASE; i++) {
      after(50);
    }
    assertThat(send(WHOLE)).isEqualTo(BASE);
  }

  @Test
  void aPathThatCarriesEverythingIsLeftAlone() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(sendOver(WHOLE)).isEqualTo(WHOLE);
      after(1);
    }
    assertThat(told).isEmpty();
    assertThat(looks).as("ten seconds, five a second").isLessThanOrEqualTo(50);
  }

  @Test
  void whatIsShortIsNeitherLookedAtNorCut() {
    for (int i = 0; i < 100; i++) {
      assertThat(mtu.allow(BASE, nowNs)).isEqualTo(BASE);
      after(100);
    }
    assertThat(looks).isZero();
  }

  @Test
  void whereNothingComesBackDatagramsGetShort() {
    sendOver(WHOLE);
    for (int i = 0; i < 5; i++) {
      after(210);
      send(WHOLE); // and hears nothing
    }
    assertThat(send(WHOLE)).isEqualTo(BASE);
    assertThat(told).as("it may be a pause of the peer").isEmpty();
  }

  @Test
  void whereOnlyLargeOnesAreLostDatagramsGetShortThoughOthersArrive() {
    for (int i = 0; i < 20; i++) {
      sendOver(1252);
      received++;
      after(60);
    }
    assertThat(send(WHOLE)).isEqualTo(BASE);
  }

  @Test
  void whereOnlyAcknowledgementsOfOthersAreSentBetweenTheyDoNotHideIt() {
    for (int i = 0; i < 20; i++) {
      send(WHOLE); // a probe of the library for what was not acknowledged
      sentAgainBytes += WHOLE;
      for (int k = 0; k < 500; k++) {
        send(40);
        received++;
        after(2);
      }
    }
    assertThat(send(WHOLE)).isEqualTo(BASE);
  }

  @Test
  void onePauseOfThePeerIsForgottenWhenItGoesOn() {
    for (int i = 0; i < 20; i++) {
      send(WHOLE);
      sentAgainBytes += WHOLE;
      after(250);
      for (int k = 0; k < 100; k++) {
        assertThat(sendOver(WHOLE)).isEqualTo(WHOLE);
        after(10);
      }
    }
    assertThat(told).isEmpty();
  }

  @Test
  void lossOfSomeIsNotTakenForANarrowPath() {
    for (int i = 0; i < 10_000; i++) {
      if (i % 5 == 0) {
        sendOver(0);
      } else {
        sendOver(WHOLE);
      }
      after(1);
    }
    assertThat(send(WHOLE)).isEqualTo(WHOLE);
  }

  @Test
  void aBlackHoleIsToldOnceWhenAProbeShowsIt() {
    untilFallenBack(1252);
    assertThat(told).isEmpty();
    for (int i = 0; i < 10_000; i++) {
      sendOver(1252);
      after(10);
    }
    assertThat(told).containsExactly("longer ones are lost");
  }

  @Test
  void theWholeIsTriedMoreAndMoreRarely() {
    untilFallenBack(1252);
    int before = 0;
    for (int hour = 0; hour < 2; hour++) {
      int probes = 0;
      for (int i = 0; i < 3600; i++) {
        after(1000);
        probes += sendOver(1252) > BASE ? 1 : 0;
      }
      if (hour == 1) {
        assertThat(probes).isLessThan(before).isBetween(5, 7); // every ten minutes
      }
      before = probes;
    }
  }

  @Test
  void whenThePathCarriesThemAgainDatagramsGetLongAgain() {
    untilFallenBack(1252);
    for (int i = 0; i < 300; i++) {
      sendOver(1252);
      after(10);
    }
    assertThat(told).containsExactly("longer ones are lost");
    int probes = 0;
    for (int i = 0; i < 1000 && !told.contains("widened"); i++) {
      probes += sendOver(WHOLE) > BASE ? 1 : 0;
      after(50);
    }
    assertThat(told).endsWith("widened");
    assertThat(probes).as("three probes, and the first after them").isEqualTo(4);
    assertThat(sendOver(WHOLE)).isEqualTo(WHOLE);
  }

  @Test
  void whatWasNotFullIsNoProbe() {
    untilFallenBack(1252);
    for (int i = 0; i < 1000; i++) {
      after(50);
      send(100);
      received++;
    }
    assertThat(told).isEmpty();
  }

  @Test
  void aFewRefusedProbesOfTheLibraryChangeNothing() {
    for (int bytes : new int[] {1350, 1350, 1350, 1275, 1275, 1275}) {
      mtu.refused(bytes, "too long", nowNs);
    }
    assertThat(send(WHOLE)).isEqualTo(WHOLE);
    assertThat(told).isEmpty();
  }

  @Test
  void severalThatTheKernelRefusesAtOnceAreNoProbe() {
    mtu.refusedSeveral("too long", nowNs);
    assertThat(send(WHOLE)).isEqualTo(BASE);
    assertThat(told).containsExactly("too long");
  }

  @Test
  void whereThePathIsLeftBecauseOfLossARefusalBeforeIsTheReason() {
    mtu.refused(1300, "too long", nowNs);
    mtu.refused(1310, "too long", nowNs);
    untilFallenBack(1252);
    assertThat(told).containsExactly("too long");
  }

  @Test
  void withoutDiscoveryTheFirstRefusalIsEnough() {
    PathMtu plain = PathMtu.plain(this, nowNs);
    plain.refused(WHOLE, "too long", nowNs);
    assertThat(plain.allow(WHOLE, nowNs)).isEqualTo(BASE);
    assertThat(told).containsExactly("too long");
  }

  @Test
  void whatTheKernelRefusesAgainAndAgainGetsShortAtOnceAndIsToldOnce() {
    for (int i = 0; i < 50; i++) {
      mtu.refused(WHOLE, "too long", nowNs);
    }
    assertThat(send(WHOLE)).isEqualTo(BASE);
    assertThat(told).containsExactly("too long");
  }
}
