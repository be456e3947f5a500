package io.wirelace.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The peer's unanswered requests by id, and how many of them are being handled. The table is the
 * event loop's alone: whoever answers a request marks it and counts, and the loop puts another in
 * its place later. So an answer of another thread touches nothing here that the loop is working on.
 *
 * <p>Each id has one slot, the one of its lowest bits, so that ids that count up never meet. An id
 * that finds its slot taken goes to a map. A peer that chooses ids so that they all meet gets the
 * map for all of them, whose searches stay logarithmic whatever the ids. Empty until a request is
 * handled elsewhere than on the loop, since most sessions are idle most of the time.
 */
final class InFlight {
  private static final int FIRST_SLOTS = 8;
  private static final @Nullable InboundRequest[] NO_SLOTS = {};
  private static final InboundRequest[] NONE = {};

  private static final VarHandle ADMITTED;
  private static final VarHandle ENDED_ON_LOOP;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ADMITTED = lookup.findVarHandle(InFlight.class, "admitted", long.class);
      ENDED_ON_LOOP = lookup.findVarHandle(InFlight.class, "endedOnLoop", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // Event loop only.
  private @Nullable InboundRequest[] slots = NO_SLOTS;

  /** Of ids whose slot another one has; null while there is none. */
  private @Nullable Map<Long, InboundRequest> crowded;

  /** So many in the map, and those that were answered are looked for and removed. */
  private int sweepAt = FIRST_SLOTS;

  // Written by the loop, read by any thread.
  private long admitted;
  private long endedOnLoop;

  private final AtomicLong endedElsewhere = new AtomicLong();

  /** Answered for handlers that run on: see {@link #size}. */
  private final AtomicInteger lingering = new AtomicInteger();

  /** One more is handed to its handler, in the table or not. Event loop. */
  void admit() {
    ADMITTED.setRelease(this, admitted + 1);
  }

  /** One less: its handler is over. Any thread, which says whether it is the loop's. */
  void end(boolean onLoop) {
    if (onLoop) {
      ENDED_ON_LOOP.setRelease(this, endedOnLoop + 1);
    } else {
      endedElsewhere.incrementAndGet();
    }
  }

  /** One was answered for its handler, which may run on. Event loop. */
  void linger() {
    lingering.incrementAndGet();
  }

  /** The handler of one that lingered is over, and {@link #end} comes next. Any thread. */
  void lingered() {
    lingering.decrementAndGet();
  }

  /**
   * How many handlers have a request that they are not through with. A request that was cancelled
   * counts until its handler is over: or a peer could start any number of them. Any thread; exact
   * on the loop.
   */
  int size() {
    // What has ended first: of those no more can be counted than were admitted before.
    long ended = endedElsewhere.get() + (long) ENDED_ON_LOOP.getAcquire(this);
    return (int) ((long) ADMITTED.getAcquire(this) - ended);
  }

  /** How many that were handed to handlers are not answered. Any thread. */
  int unanswered() {
    int before = lingering.get();
    return Math.max(0, size() - before);
  }

  /** Puts a request whose id {@link #get} does not find. Event loop. */
  void put(InboundRequest request) {
    // It may be answered already, by another thread, and so not be counted any more.
    if (slots.length == 0 || 2 * size() > slots.length) {
      grow();
    }
    place(request);
  }

  private void place(InboundRequest request) {
    int slot = slot(request.id());
    InboundRequest there = slots[slot];
    if (there == null || there.isAnswered()) {
      slots[slot] = request;
      return;
    }
    Map<Long, InboundRequest> map = crowded;
    if (map == null) {
      map = new HashMap<>();
      crowded = map;
    } else if (map.size() >= sweepAt) {
      map.values().removeIf(InboundRequest::isAnswered);
      sweepAt = Math.max(FIRST_SLOTS, 2 * map.size());
    }
    map.put(request.id(), request);
  }

  /** Twice as many slots as there are requests, so that few meet. */
  private void grow() {
    @Nullable InboundRequest[] old = slots;
    slots = new InboundRequest[Math.max(FIRST_SLOTS, 2 * old.length)];
    Map<Long, InboundRequest> map = crowded;
    crowded = null;
    for (InboundRequest request : old) {
      if (request != null && !request.isAnswered()) {
        place(request);
      }
    }
    if (map != null) {
      for (InboundRequest request : map.values()) {
        if (!request.isAnswered()) {
          place(request);
        }
      }
    }
  }

  /** The unanswered request of an id. Event loop. */
  @Nullable InboundRequest get(long id) {
    if (slots.length == 0) {
      return null;
    }
    InboundRequest there = slots[slot(id)];
    if (there != null && there.id() == id && !there.isAnswered()) {
      return there;
    }
    Map<Long, InboundRequest> map = crowded;
    if (map == null) {
      return null;
    }
    InboundRequest other = map.get(id);
    return other == null || other.isAnswered() ? null : other;
  }

  /** Visits each that is in the table and unanswered. Event loop. */
  void forEach(Consumer<? super InboundRequest> visitor) {
    Map<Long, InboundRequest> map = crowded;
    InboundRequest[] others = map == null ? NONE : map.values().toArray(NONE);
    for (InboundRequest request : slots.clone()) { // a visitor may have others answered and put
      if (request != null && !request.isAnswered()) {
        visitor.accept(request);
      }
    }
    for (InboundRequest request : others) {
      if (!request.isAnswered()) {
        visitor.accept(request);
      }
    }
  }

  /** What it has room for at the moment. */
  int slots() {
    return slots.length;
  }

  /** Lets go of what was answered; for quiet times. Event loop. */
  void trim() {
    boolean[] kept = {size() > 0};
    if (!kept[0]) {
      forEach(waiting -> kept[0] = true); // one that is held back is in the table already
    }
    if (!kept[0]) {
      slots = NO_SLOTS;
      crowded = null;
      sweepAt = FIRST_SLOTS;
    }
  }

  private int slot(long id) {
    return (int) id & slots.length - 1;
  }
}
