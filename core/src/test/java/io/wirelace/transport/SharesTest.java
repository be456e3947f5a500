package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Places for peers, by a virtual clock. */
final class SharesTest {
  private static final SocketAddress LOCAL = UnixDomainSocketAddress.of("/run/x");

  private final Set<String> spoken = new HashSet<>();
  private long nowNs;
  private final Shares<String> shares = shares(8, 6);

  private Shares<String> shares(int most, int ofOne) {
    return new Shares<>(most, ofOne, peer -> !spoken.contains(peer), () -> nowNs);
  }

  private static SocketAddress from(int last) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last}), 1);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private Shares.Outcome<String> enter(String name, int last) {
    return shares.enter(name, from(last));
  }

  private void fill(int last, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(enter(last + "-" + i, last).refusal()).isNull();
    }
  }

  private void second() {
    nowNs += TimeUnit.SECONDS.toNanos(1);
  }

  @Test
  void oneSourceHasItsShareAndNoMore() {
    fill(1, 6);
    assertThat(enter("more", 1).refusal()).isEqualTo(Shares.Refusal.SHARE);
    assertThat(enter("other", 2)).isEqualTo(new Shares.Outcome<>(null, null));
  }

  @Test
  void processesOfThisMachineMayHaveAllPlaces() {
    for (int i = 0; i < 8; i++) {
      assertThat(shares.enter("l" + i, LOCAL).refusal()).isNull();
    }
    assertThat(shares.enter("more", LOCAL).refusal()).isEqualTo(Shares.Refusal.FULL);
  }

  @Test
  void whenAllAreTakenTheOldestSilentOneOfTheLargestSourceGoes() {
    fill(1, 6);
    fill(2, 2);
    second();
    assertThat(enter("new", 3)).isEqualTo(new Shares.Outcome<>(null, "1-4"));
    assertThat(shares.taken()).isEqualTo(8);
  }

  @Test
  void oneThatHasJustComeIsNotPushedOut() {
    fill(1, 6);
    fill(2, 2);
    assertThat(enter("new", 3).refusal()).isEqualTo(Shares.Refusal.FULL);
  }

  @Test
  void whoHasSpokenStays() {
    fill(1, 6);
    fill(2, 2);
    second();
    for (int i = 0; i < 6; i++) {
      spoken.add("1-" + i);
    }
    assertThat(enter("new", 3).refusal()).isEqualTo(Shares.Refusal.FULL);
  }

  @Test
  void aSourceWithItsShareGivesANewcomerTheOldestSilentPlaceOfItsOwn() {
    fill(1, 6);
    second();
    assertThat(enter("new", 1)).isEqualTo(new Shares.Outcome<>(null, "1-4"));
    assertThat(shares.taken()).isEqualTo(6);
  }

  @Test
  void oneThatWasPushedOutLeavesNoPlaceTwice() {
    fill(1, 6);
    fill(2, 2);
    second();
    enter("new", 3);
    shares.leave("1-4", from(1));
    assertThat(shares.taken()).isEqualTo(8);
    shares.leave("new", from(3));
    shares.leave("2-0", from(2));
    assertThat(shares.taken()).isEqualTo(6);
    assertThat(enter("again", 3).refusal()).isNull();
  }

  @Test
  void aSourceWhosePeersAreAllGoneIsForgotten() {
    for (int source = 1; source <= 8; source++) {
      enter("of " + source, source);
    }
    for (int source = 9; source < 100; source++) {
      second();
      String pushedOut = enter("of " + source, source).pushedOut();
      assertThat(pushedOut).isNotNull();
      shares.leave(pushedOut, from(Integer.parseInt(pushedOut.substring(3))));
    }
    assertThat(shares.sources()).isEqualTo(8);
  }

  @Test
  void theUsualShareIsAllButAnEighthAndAllForThisMachine() {
    Shares<String> usual = shares(16, 0);
    assertThat(usual.mostOfOne()).isEqualTo(14);
    for (int i = 0; i < 14; i++) {
      usual.enter("" + i, from(1));
    }
    assertThat(usual.enter("more", from(1)).refusal()).isEqualTo(Shares.Refusal.SHARE);
    Shares<String> near = shares(16, 0);
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    for (int i = 0; i < 16; i++) {
      assertThat(near.enter("" + i, loopback).refusal()).isNull();
    }
  }
}
