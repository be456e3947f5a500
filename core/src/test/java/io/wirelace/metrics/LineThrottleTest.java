package io.wirelace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LineThrottleTest {
  private final Queue<Runnable> afterASecond = new ArrayDeque<>();
  private final List<String> written = new ArrayList<>();
  private final LineThrottle throttle = new LineThrottle(written::add, afterASecond::add);

  @Test
  void oneLineASecondAndANumber() {
    AtomicInteger made = new AtomicInteger();
    for (int i = 0; i < 1000; i++) {
      int number = i;
      throttle.tell(() -> {
        made.incrementAndGet();
        return "line " + number;
      });
    }
    assertThat(written).containsExactly("line 0");

    afterASecond.remove().run();

    assertThat(written)
        .containsExactly("line 0", "999 more like it within a second, the last: line 999");
    assertThat(made).hasValue(2); // what is held back costs nothing
    throttle.tell(() -> "later");
    assertThat(written).last().isEqualTo("later");
  }

  @Test
  void linesAreEscapedAndCut() {
    throttle.tell(() -> "a\nb" + "x".repeat(1 << 20));

    assertThat(written).singleElement().asString().startsWith("a\\nbxx").hasSizeLessThan(2100);
  }
}
