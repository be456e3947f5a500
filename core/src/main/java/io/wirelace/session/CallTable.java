package io.wirelace.session;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Unanswered requests by id, without a lock and without boxing an id: ids that count up fall into
 * slots of their own; what finds its slot taken goes to a map. Made when the first request comes,
 * since most sessions are idle most of the time.
 *
 * <p>Any thread; an id is put by one thread only.
 */
final class CallTable<T extends CallTable.Entry> {
  private static final int SLOTS = 256;

  /** What is kept. */
  interface Entry {
    /** The request's id. */
    long id();
  }

  private final AtomicInteger size = new AtomicInteger();
  private volatile @Nullable AtomicReferenceArray<@Nullable T> slots;
  private volatile @Nullable ConcurrentHashMap<Long, T> overflow;

  /** Puts an entry; false if its id is there already. */
  boolean put(T entry) {
    AtomicReferenceArray<@Nullable T> array = slots();
    int slot = slot(entry.id());
    T other = array.get(slot);
    if (other != null && other.id() == entry.id()) {
      return false;
    }
    ConcurrentHashMap<Long, T> map = overflow;
    if (map != null && !map.isEmpty() && map.containsKey(entry.id())) {
      return false;
    }
    if (other == null && array.compareAndSet(slot, null, entry)) {
      size.incrementAndGet();
      return true;
    }
    if (overflow().putIfAbsent(entry.id(), entry) != null) {
      return false;
    }
    size.incrementAndGet();
    return true;
  }

  /** The entry of an id. */
  @Nullable T get(long id) {
    AtomicReferenceArray<@Nullable T> array = slots;
    if (array == null) {
      return null;
    }
    T entry = array.get(slot(id));
    if (entry != null && entry.id() == id) {
      return entry;
    }
    ConcurrentHashMap<Long, T> map = overflow;
    return map == null ? null : map.get(id);
  }

  /** Removes that very entry; false if it was gone. */
  boolean remove(T entry) {
    AtomicReferenceArray<@Nullable T> array = slots;
    if (array == null) {
      return false;
    }
    boolean removed = array.compareAndSet(slot(entry.id()), entry, null);
    if (!removed) {
      ConcurrentHashMap<Long, T> map = overflow;
      removed = map != null && map.remove(entry.id(), entry);
    }
    if (removed) {
      size.decrementAndGet();
    }
    return removed;
  }

  /** How many there are. */
  int size() {
    return size.get();
  }

  /** Visits each; what is put or removed meanwhile may be missed. */
  void forEach(Consumer<? super T> visitor) {
    AtomicReferenceArray<@Nullable T> array = slots;
    if (array == null) {
      return;
    }
    for (int i = 0; i < array.length(); i++) {
      T entry = array.get(i);
      if (entry != null) {
        visitor.accept(entry);
      }
    }
    ConcurrentHashMap<Long, T> map = overflow;
    if (map != null) {
      map.values().forEach(visitor);
    }
  }

  private static int slot(long id) {
    return (int) id & SLOTS - 1;
  }

  private AtomicReferenceArray<@Nullable T> slots() {
    AtomicReferenceArray<@Nullable T> array = slots;
    return array == null ? makeSlots() : array;
  }

  private AtomicReferenceArray<@Nullable T> makeSlots() {
    synchronized (this) { // never waits for anything: only makes an array
      AtomicReferenceArray<@Nullable T> array = slots;
      if (array == null) {
        array = new AtomicReferenceArray<>(SLOTS);
        slots = array;
      }
      return array;
    }
  }

  private ConcurrentHashMap<Long, T> overflow() {
    synchronized (this) { // as above
      ConcurrentHashMap<Long, T> map = overflow;
      if (map == null) {
        map = new ConcurrentHashMap<>();
        overflow = map;
      }
      return map;
    }
  }
}
