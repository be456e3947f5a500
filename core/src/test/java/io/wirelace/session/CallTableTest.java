package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CallTableTest {
  private record Call(long id) implements CallTable.Entry {}

  private final CallTable<Call> table = new CallTable<>();

  @Test
  void anEmptyTableHasNothing() {
    assertThat(table.get(1)).isNull();
    assertThat(table.remove(new Call(1))).isFalse();
    assertThat(table.size()).isZero();
  }

  @Test
  void anIdIsTakenOnce() {
    assertThat(table.put(new Call(5))).isTrue();
    assertThat(table.put(new Call(5))).isFalse();
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void idsThatShareASlotDoNotMixUp() {
    List<Call> calls = new ArrayList<>();
    for (long id : new long[] {7, 7 + 256, 7 + 512, -1, -257, Long.MIN_VALUE, 0}) {
      Call call = new Call(id);
      calls.add(call);
      assertThat(table.put(call)).isTrue();
      assertThat(table.put(new Call(id))).isFalse();
    }
    for (Call call : calls) {
      assertThat(table.get(call.id())).isSameAs(call);
    }
    assertThat(table.remove(calls.getFirst())).isTrue();
    assertThat(table.get(7)).isNull();
    assertThat(table.get(7 + 256)).isSameAs(calls.get(1));
    assertThat(table.put(new Call(7 + 256))).isFalse();
    assertThat(table.size()).isEqualTo(calls.size() - 1);
  }

  @Test
  void itBehavesAsAMap() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    Map<Long, Call> model = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      long id = random.nextInt(1200);
      Call known = model.get(id);
      if (random.nextBoolean()) {
        Call call = new Call(id);
        assertThat(table.put(call)).as("seed %d", seed).isEqualTo(known == null);
        model.putIfAbsent(id, call);
      } else if (known != null) {
        assertThat(table.remove(known)).as("seed %d", seed).isTrue();
        model.remove(id);
      } else {
        assertThat(table.get(id)).as("seed %d", seed).isNull();
      }
      assertThat(table.size()).as("seed %d", seed).isEqualTo(model.size());
    }
    List<Call> visited = new ArrayList<>();
    table.forEach(visited::add);
    assertThat(visited).containsExactlyInAnyOrderElementsOf(model.values());
  }

  @Test
  void eachEntryIsRemovedByOneThreadOnly() throws Exception {
    int count = 20_000;
    AtomicInteger removed = new AtomicInteger();
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Call call = new Call(i);
      calls.add(call);
      table.put(call);
    }
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (Call call : calls) {
                  if (table.remove(call)) {
                    removed.incrementAndGet();
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(removed).hasValue(count);
    assertThat(table.size()).isZero();
  }
}
