package io.wirelace.tests.fuzz;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** What one side of a conversation sends to the other. Any thread. */
final class Direction {
  private final String name;
  private final Conversation conversation;
  private final Lanes lanes;
  private final List<Lane> own = new CopyOnWriteArrayList<>();
  private final Lane orderedReplies;
  private final Lane inlineReplies;
  private final AtomicInteger pending = new AtomicInteger();

  Direction(String name, Conversation conversation, Lanes lanes) {
    this.name = name;
    this.conversation = conversation;
    this.lanes = lanes;
    this.orderedReplies = lane(Way.ORDERED, "handlers");
    this.inlineReplies = lane(Way.INLINE, "inline handlers");
  }

  /** A lane of a new sender. */
  Lane lane(Way way, String sender) {
    Lane lane = lanes.add(this, way, name + ", " + sender);
    own.add(lane);
    return lane;
  }

  Conversation conversation() {
    return conversation;
  }

  /** What handlers on this direction's side send, which run one after the other. */
  Lane replies(Way of) {
    return of == Way.INLINE ? inlineReplies : orderedReplies;
  }

  // ---- requests without a thread that waits ----

  /** A request is under way whose answer comes to a callback. */
  void asked() {
    pending.incrementAndGet();
  }

  /** Its callback was called. */
  void settled() {
    pending.decrementAndGet();
  }

  /** How many callbacks have not been called; less than 0 if some were called twice. */
  int pending() {
    return pending.get();
  }

  // ---- when all is over ----

  int handledCount() {
    return own.stream().mapToInt(Lane::handledCount).sum();
  }

  int acceptedCount() {
    return own.stream().mapToInt(Lane::acceptedCount).sum();
  }

  int missing() {
    return own.stream().mapToInt(lane -> lane.missing().accepted()).sum();
  }

  /** Reports what was lost and must not be, of so many that may be. */
  void check(long mayBeMissing, Findings findings) {
    for (Lane lane : own) {
      lane.checkFates();
      int gaps = lane.missing().gaps();
      if (gaps > 0) {
        findings.add(lane + ": " + gaps + " accepted messages are missing before one that came");
      }
    }
    int missing = missing();
    if (missing > mayBeMissing) {
      findings.add(
          name
              + ": of "
              + acceptedCount()
              + " accepted notifications "
              + missing
              + " were not handled ("
              + mayBeMissing
              + " were counted as dropped)");
    }
    if (pending() != 0) {
      findings.add(name + ": " + pending() + " callbacks of requests were not called");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
