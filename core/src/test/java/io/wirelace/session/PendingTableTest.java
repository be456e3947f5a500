package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PendingTableTest {
  private final SessionOnTape tape = SessionOnTape.of((frame, request) -> true);
  private final PendingTable table = new PendingTable();

  @AfterEach
  void close() {
    tape.close();
  }

  private PendingRequest next() {
    return with(table.nextId());
  }

  private PendingRequest with(long id) {
    return tape.pendingRequest(id);
  }

  @Test
  void anEmptyTableHasNothing() {
    assertThat(table.get(1)).isNull();
    assertThat(table.remove(with(1), () -> false)).isFalse();
    assertThat(table.size()).isZero();
  }

  @Test
  void idsThatShareASlotDoNotMixUp() {
    List<PendingRequest> requests = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      PendingRequest request = next();
      requests.add(request);
      table.put(request);
    }
    for (PendingRequest request : requests) {
      assertThat(table.get(request.id())).isSameAs(request);
    }
    assertThat(table.remove(requests.getFirst(), () -> false)).isTrue();
    assertThat(table.remove(requests.getFirst(), () -> false)).isFalse();
    assertThat(table.get(requests.getFirst().id())).isNull();
    assertThat(table.get(requests.getFirst().id() + 256)).isSameAs(requests.get(256));
    assertThat(table.size()).isEqualTo(999);
  }

  @Test
  void itBehavesAsAMap() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    Map<Long, PendingRequest> model = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      if (random.nextInt(100) < 49 + 2 * (i / 25_000)) {
        PendingRequest request = next();
        table.put(request);
        model.put(request.id(), request);
      } else {
        long id = 1L + random.nextInt(i + 1);
        PendingRequest known = model.remove(id);
        assertThat(table.get(id)).as("seed %d", seed).isSameAs(known);
        if (known != null) {
          assertThat(table.remove(known, () -> false)).as("seed %d", seed).isTrue();
        }
      }
      assertThat(table.size()).as("seed %d", seed).isEqualTo(model.size());
    }
    List<PendingRequest> visited = new ArrayList<>();
    table.forEach(visited::add);
    assertThat(visited).containsExactlyInAnyOrderElementsOf(model.values());
  }

  @Test
  void eachRequestIsRemovedByOneThreadOnly() throws Exception {
    int count = 20_000;
    AtomicInteger removed = new AtomicInteger();
    List<PendingRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PendingRequest request = next();
      requests.add(request);
      table.put(request);
    }
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (PendingRequest request : requests) {
                  if (table.remove(request, () -> false)) {
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
