package io.wirelace.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The gate would notice. */
class LeakGateTest {
  private static final String HINT = "planted in LeakGateTest";

  @Test
  void aPlantedLeakIsFound() {
    plant();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          Leaks.collect();
          return Leaks.forgive(leak -> leak.contains(HINT));
        });
    assertThat(Leaks.find()).noneMatch(leak -> leak.contains(HINT));
  }

  private static void plant() {
    ByteBuf lost = PooledByteBufAllocator.DEFAULT.directBuffer(64);
    lost.touch(HINT);
    if (Boolean.getBoolean("wirelace.plant-leak")) {
      // By hand, to see a whole run fail: -Dwirelace.plant-leak=true
      PooledByteBufAllocator.DEFAULT.directBuffer(64).touch("planted for the run");
    }
  }

  @Test
  void aReleasedBufferIsNoLeak() {
    ByteBuf kept = PooledByteBufAllocator.DEFAULT.directBuffer(64);
    kept.touch("released in LeakGateTest");
    kept.release();
    assertThat(Leaks.find()).noneMatch(leak -> leak.contains("released in LeakGateTest"));
  }
}
