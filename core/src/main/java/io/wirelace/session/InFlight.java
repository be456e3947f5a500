package io.wirelace.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The peer's unanswered requests by id. The table is the event loop's alone: whoever answers a
 * request marks it and counts, and the loop puts another in its place later. So an answer of
 * another thread touches nothing here that the loop is working on.
 *
 * <p>Open addressing; ids that count up fall into slots of their own. Empty until a request is
 * handled elsewhere than on the loop, since most sessions are idle most of the time.
 */
final class InFlight {
  private static final int FIRST_SLOTS = 8;
  private static final @Nullable InboundRequest[] NO_SLOTS = {};

  /** Odd, so that ids that count up keep slots of their own; random, so that no peer knows them. */
  private static final int SPREAD = new SecureRandom().nextInt() | 1;

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

  /** How far from its own slot any request was put. */
  private int farthest;

  // Written by the loop, read by any thread.
  private long admitted;
  private long endedOnLoop;

  private final AtomicLong endedElsewhere = new AtomicLong();

  /** One more, in the table or not. Event loop. */
  void admit() {
    ADMITTED.setRelease(this, admitted + 1);
  }

  /** One less: it has been answered. Any thread, which says whether it is the loop's. */
  void end(boolean onLoop) {
    if (onLoop) {
      ENDED_ON_LOOP.setRelease(this, endedOnLoop + 1);
    } else {
      endedElsewhere.incrementAndGet();
    }
  }

  /** How many are admitted and not answered. Any thread; exact on the loop. */
  int size() {
    // What has ended first: of those no more can be counted than were admitted before.
    long ended = endedElsewhere.get() + (long) ENDED_ON_LOOP.getAcquire(this);
    return (int) ((long) ADMITTED.getAcquire(this) - ended);
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
    for (int distance = 0; ; distance++) {
      int slot = slot(request.id(), distance);
      InboundRequest there = slots[slot];
      if (there == null || there.isAnswered()) {
        slots[slot] = request;
        farthest = Math.max(farthest, distance);
        return;
      }
    }
  }

  /** At most half of the slots are ever taken by the unanswered, so a place is always found. */
  private void grow() {
    @Nullable InboundRequest[] old = slots;
    slots = new InboundRequest[Math.max(FIRST_SLOTS, 2 * old.length)];
    farthest = 0;
    for (InboundRequest request : old) {
      if (request != null && !request.isAnswered()) {
        place(request);
      }
    }
  }

  /** The unanswered request of an id. Event loop. */
  @Nullable InboundRequest get(long id) {
    if (slots.length == 0) {
      return null;
    }
    for (int distance = 0; distance <= farthest; distance++) {
      InboundRequest there = slots[slot(id, distance)];
      if (there == null) {
        return null; // a slot that was taken once is never empty again
      }
      if (there.id() == id && !there.isAnswered()) {
        return there;
      }
    }
    return null;
  }

  /** Visits each that is in the table and unanswered. Event loop. */
  void forEach(Consumer<? super InboundRequest> visitor) {
    for (InboundRequest request : slots.clone()) { // a visitor may have others answered and put
      if (request != null && !request.isAnswered()) {
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
    if (size() == 0) {
      slots = NO_SLOTS;
      farthest = 0;
    }
  }

  private int slot(long id, int distance) {
    return (int) (id * SPREAD) + distance & slots.length - 1;
  }
}
