package io.wirelace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which signal is the second one. */
class StopSignalsTest {
  private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5); // clocks may wrap
  private final AtomicInteger first = new AtomicInteger();
  private final AtomicInteger again = new AtomicInteger();
  private final StopSignals signals =
      new StopSignals(first::incrementAndGet, again::incrementAndGet, nowNs::get);

  @Test
  void whatComesShortlyAfterTheFirstIsTheSame() {
    signals.onSignal();
    nowNs.addAndGet(Duration.ofMillis(499).toNanos());
    signals.onSignal();
    assertThat(first).hasValue(1);
    assertThat(again).hasValue(0);
  }

  @Test
  void laterOnesHurry() {
    signals.onSignal();
    nowNs.addAndGet(Duration.ofMillis(500).toNanos());
    signals.onSignal();
    nowNs.addAndGet(Duration.ofHours(1).toNanos());
    signals.onSignal();
    assertThat(first).hasValue(1);
    assertThat(again).hasValue(2);
  }
}
