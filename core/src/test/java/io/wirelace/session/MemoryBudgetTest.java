package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private static final long KIB = 1024;
  private static final long LIMIT = 1024 * KIB;

  private final List<Runnable> later = new ArrayList<>();
  private final MemoryBudget budget = new MemoryBudget(later::add);

  private final class Peer implements MemoryBudget.Holder {
    private final MemoryAccount account = budget.account(this, LIMIT);
    private long held;
    private boolean paused;
    private boolean ended;

    Peer holds(long bytes) {
      held = bytes;
      account.check();
      return this;
    }

    @Override
    public long heldBytes() {
      return held;
    }

    @Override
    public void pauseForMemory() {
      paused = true;
    }

    @Override
    public void resumeAfterMemory() {
      paused = false;
    }

    @Override
    public void endForMemory(long bytes, long total) {
      ended = true;
      held = 0;
      account.ended();
    }
  }

  private void aMomentPasses() {
    List<Runnable> due = List.copyOf(later);
    later.clear();
    due.forEach(Runnable::run);
  }

  @Test
  void whatIsSmallIsNotBooked() {
    Peer peer = new Peer().holds(MemoryAccount.STEP_BYTES - 1);
    assertThat(budget.total()).isZero();
    peer.holds(MemoryAccount.STEP_BYTES);
    assertThat(budget.total()).isEqualTo(MemoryAccount.STEP_BYTES);
    peer.holds(0);
    assertThat(budget.total()).isZero();
  }

  @Test
  void overTheLimitOneThatGrowsReadsNoMoreAndTheOthersAreLeftAlone() {
    Peer large = new Peer().holds(900 * KIB);
    Peer small = new Peer().holds(KIB);
    Peer grows = new Peer().holds(200 * KIB);
    assertThat(grows.paused).isTrue();
    assertThat(large.account.isShort()).isTrue();
    assertThat(small.account.isShort()).isFalse();
    assertThat(List.of(large.ended, small.ended, grows.ended)).containsOnly(false);
  }

  @Test
  void whereItIsSoonOverNobodyIsEnded() {
    Peer large = new Peer().holds(900 * KIB);
    Peer grows = new Peer().holds(200 * KIB);
    large.held = 100 * KIB; // without a word
    aMomentPasses();
    assertThat(large.ended || grows.ended).isFalse();
    assertThat(grows.paused).isFalse();
    assertThat(budget.total()).isEqualTo(300 * KIB);
    assertThat(later).isEmpty();
  }

  @Test
  void theLargestAreEndedFirstAndOnlyAsManyAsMustBe() {
    Peer largest = new Peer().holds(500 * KIB);
    Peer second = new Peer().holds(400 * KIB);
    Peer third = new Peer().holds(200 * KIB);
    aMomentPasses();
    assertThat(List.of(largest.ended, second.ended, third.ended))
        .containsExactly(true, false, false);
    aMomentPasses();
    assertThat(third.paused).isFalse();
    assertThat(budget.total()).isEqualTo(600 * KIB);
    assertThat(later).isEmpty();
  }

  @Test
  void whatIsAskedForIsRefusedOnlyIfItIsHeldIndeed() {
    Peer large = new Peer().holds(900 * KIB);
    assertThat(large.account.refuses(200 * KIB)).isTrue();
    large.held = 10 * KIB;
    assertThat(large.account.refuses(200 * KIB)).isFalse();
  }
}
