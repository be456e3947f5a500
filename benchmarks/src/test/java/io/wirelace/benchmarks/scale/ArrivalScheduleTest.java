package io.wirelace.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ArrivalScheduleTest {
  @Test
  void arrivalsKeepTheMeanRateAndNeverGoBack() {
    ArrivalSchedule schedule = new ArrivalSchedule(1000, 7);
    long last = 0;
    for (int i = 0; i < 100_000; i++) {
      long next = schedule.nextNs();
      assertThat(next).isGreaterThanOrEqualTo(last);
      last = next;
    }

    assertThat(last / 1e9).isCloseTo(100, within(2.0));
  }

  @Test
  void gapsVaryAsMuchAsTheyLast() {
    ArrivalSchedule schedule = new ArrivalSchedule(1e6, 7);
    double sum = 0;
    double squares = 0;
    long last = 0;
    for (int i = 0; i < 100_000; i++) {
      long next = schedule.nextNs();
      sum += next - last;
      squares += (double) (next - last) * (next - last);
      last = next;
    }
    double mean = sum / 100_000;

    // The mark of independent arrivals: the deviation equals the mean.
    assertThat(Math.sqrt(squares / 100_000 - mean * mean)).isCloseTo(mean, within(0.03 * mean));
  }

  @Test
  void theSameSeedIsTheSameSchedule() {
    ArrivalSchedule one = new ArrivalSchedule(10, 3);
    ArrivalSchedule other = new ArrivalSchedule(10, 3);
    ArrivalSchedule different = new ArrivalSchedule(10, 4);
    long first = one.nextNs();

    assertThat(other.nextNs()).isEqualTo(first);
    assertThat(different.nextNs()).isNotEqualTo(first);
  }

  @Test
  void aRateOfNothingIsRefused() {
    assertThatThrownBy(() -> new ArrivalSchedule(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rate: 0.0");
  }
}
