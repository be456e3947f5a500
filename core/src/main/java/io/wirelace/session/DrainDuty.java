package io.wirelace.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Who drains an outbound queue. Only the holder of the duty touches the queue's head. A sender that
 * finds the duty taken need not wake the event loop: the holder looks at the queue once more after
 * giving the duty up.
 *
 * <pre>
 *   NOBODY ──→ LOOP: the event loop is on its way, or waits for the channel
 *      │         └──→ AT_WORK: the event loop is draining ──→ LOOP or NOBODY
 *      └────→ SENDER: a thread writes its own message ──→ SENDER_FOR_LOOP: the loop is next
 * </pre>
 *
 * <p>The duty knows whether its holder is at work, because a write can call back: a flush that
 * empties a full channel reports within itself that the channel is writable, and whoever hears that
 * would drain within the drain. Such a call does not get the duty. Giving up what one does not hold
 * is an error.
 */
final class DrainDuty {
  private static final int NOBODY = 0;
  private static final int LOOP = 1;
  private static final int AT_WORK = 2;
  private static final int SENDER = 3;
  private static final int SENDER_FOR_LOOP = 4;

  private static final VarHandle WHO;

  static {
    try {
      WHO = MethodHandles.lookup().findVarHandle(DrainDuty.class, "who", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int who;

  /** Whether somebody has it. */
  boolean isTaken() {
    return who != NOBODY;
  }

  /** Takes it for the event loop, which has to be told; false if somebody has it. Any thread. */
  boolean takeForLoop() {
    return who == NOBODY && WHO.compareAndSet(this, NOBODY, LOOP);
  }

  /** Takes it, if nobody has it; whether the event loop has it now. Event loop. */
  boolean holdOnLoop() {
    int now = who;
    return now == LOOP
        || now == AT_WORK
        || (now == NOBODY && WHO.compareAndSet(this, NOBODY, LOOP));
  }

  /** Takes it for this thread, which is not the event loop; false if somebody has it. */
  boolean takeForSender() {
    return who == NOBODY && WHO.compareAndSet(this, NOBODY, SENDER);
  }

  /**
   * The event loop begins to drain; {@link #leave} or {@link #keep} ends that. Event loop.
   *
   * @return false if it must not: it is draining already, further up its stack, or a sender has the
   *     duty and will tell the loop
   */
  boolean beginWork() {
    while (true) {
      int now = who;
      switch (now) {
        case AT_WORK, SENDER_FOR_LOOP -> {
          return false;
        }
        case LOOP -> {
          who = AT_WORK; // only the loop changes this one
          return true;
        }
        default -> {
          if (WHO.compareAndSet(this, now, now == NOBODY ? AT_WORK : SENDER_FOR_LOOP)) {
            return now == NOBODY;
          }
        }
      }
    }
  }

  /** Whether the event loop is draining. Event loop. */
  boolean isAtWork() {
    return who == AT_WORK;
  }

  /** The event loop has drained the queue, and gives the duty up. */
  void leave() {
    endWork(NOBODY);
  }

  /** The event loop stops draining for now, and keeps the duty: it comes back by itself. */
  void keep() {
    endWork(LOOP);
  }

  private void endWork(int next) {
    int now = who;
    if (now != AT_WORK) {
      throw new IllegalStateException("the duty is given up by one who does not have it: " + now);
    }
    who = next;
  }

  /** The sender gives it up; false if it is the event loop's now, which has to be told. */
  boolean leaveAsSender() {
    if (WHO.compareAndSet(this, SENDER, NOBODY)) {
      return true;
    }
    who = LOOP;
    return false;
  }

  /** The sender makes it the event loop's, which has to be told. */
  void handToLoop() {
    who = LOOP;
  }
}
