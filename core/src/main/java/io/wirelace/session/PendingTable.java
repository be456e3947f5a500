package io.wirelace.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests of this side by id, without a lock and without boxing an id: ids that count up fall into
 * slots of their own; what finds its slot taken goes to a map. Made when the first request comes,
 * since most sessions are idle most of the time.
 *
 * <p>Any thread; an id is put once.
 */
final class PendingTable {
  private static final int SLOTS = 256;

  private static final VarHandle REMOVED_ON_LOOP;

  static {
    try {
      REMOVED_ON_LOOP =
          MethodHandles.lookup().findVarHandle(PendingTable.class, "removedOnLoop", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final AtomicLong puts = new AtomicLong();
  private final AtomicLong removedElsewhere = new AtomicLong();
  private long removedOnLoop; // written by the loop alone
  private volatile @Nullable AtomicReferenceArray<@Nullable PendingRequest> slots;
  private volatile @Nullable ConcurrentHashMap<Long, PendingRequest> overflow;

  /** An id that nobody has had; whoever takes it puts a request with it at once. */
  long nextId() {
    return puts.incrementAndGet();
  }

  /** Puts a request with an id of {@link #nextId}. */
  void put(PendingRequest request) {
    if (!slots().compareAndSet(slot(request.id()), null, request)) {
      overflow().put(request.id(), request);
    }
  }

  /** The request of an id. */
  @Nullable PendingRequest get(long id) {
    AtomicReferenceArray<@Nullable PendingRequest> array = slots;
    if (array == null) {
      return null;
    }
    PendingRequest request = array.get(slot(id));
    if (request != null && request.id() == id) {
      return request;
    }
    ConcurrentHashMap<Long, PendingRequest> map = overflow;
    return map == null ? null : map.get(id);
  }

  /**
   * Removes that very request; false if it was gone.
   *
   * @param onLoop whether it is the event loop that has done it
   */
  @SuppressWarnings("ReferenceEquality") // that very one
  boolean remove(PendingRequest request, BooleanSupplier onLoop) {
    AtomicReferenceArray<@Nullable PendingRequest> array = slots;
    if (array == null) {
      return false;
    }
    int slot = slot(request.id());
    boolean removed = array.get(slot) == request && array.compareAndSet(slot, request, null);
    if (!removed) {
      ConcurrentHashMap<Long, PendingRequest> map = overflow;
      removed = map != null && map.remove(request.id(), request);
    }
    if (removed) {
      count(onLoop.getAsBoolean()); // asked only now: to remove it may have taken a wait
    }
    return removed;
  }

  private void count(boolean onLoop) {
    if (onLoop) {
      REMOVED_ON_LOOP.setRelease(this, removedOnLoop + 1);
    } else {
      removedElsewhere.incrementAndGet();
    }
  }

  /** How many there are. */
  int size() {
    // What was removed first, so that it is never more than were put.
    long removed = removedElsewhere.get() + (long) REMOVED_ON_LOOP.getAcquire(this);
    return (int) (puts.get() - removed);
  }

  /** Visits each; what is put or removed meanwhile may be missed. */
  void forEach(Consumer<? super PendingRequest> visitor) {
    AtomicReferenceArray<@Nullable PendingRequest> array = slots;
    if (array == null) {
      return;
    }
    for (int i = 0; i < array.length(); i++) {
      PendingRequest request = array.get(i);
      if (request != null) {
        visitor.accept(request);
      }
    }
    ConcurrentHashMap<Long, PendingRequest> map = overflow;
    if (map != null) {
      map.values().forEach(visitor);
    }
  }

  private static int slot(long id) {
    return (int) id & SLOTS - 1;
  }

  private AtomicReferenceArray<@Nullable PendingRequest> slots() {
    AtomicReferenceArray<@Nullable PendingRequest> array = slots;
    return array == null ? makeSlots() : array;
  }

  private AtomicReferenceArray<@Nullable PendingRequest> makeSlots() {
    synchronized (this) { // never waits for anything: only makes an array
      AtomicReferenceArray<@Nullable PendingRequest> array = slots;
      if (array == null) {
        array = new AtomicReferenceArray<>(SLOTS);
        slots = array;
      }
      return array;
    }
  }

  private ConcurrentHashMap<Long, PendingRequest> overflow() {
    synchronized (this) { // as above
      ConcurrentHashMap<Long, PendingRequest> map = overflow;
      if (map == null) {
        map = new ConcurrentHashMap<>();
        overflow = map;
      }
      return map;
    }
  }
}
