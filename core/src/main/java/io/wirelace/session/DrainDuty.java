package io.wirelace.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Who looks after an outbound queue. While somebody has the duty, whoever puts something there need
 * not wake anybody: the one on duty looks once more after giving it up. Only the one on duty works
 * at the queue's head.
 *
 * <pre>
 *   NOBODY ──→ LOOP: the event loop, on its way or at work
 *      └────→ SENDER: a thread that writes its own ──→ SENDER_FOR_LOOP: the loop wants it next
 * </pre>
 */
final class DrainDuty {
  private static final int NOBODY = 0;
  private static final int LOOP = 1;
  private static final int SENDER = 2;
  private static final int SENDER_FOR_LOOP = 3;

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
    return now == LOOP || (now == NOBODY && WHO.compareAndSet(this, NOBODY, LOOP));
  }

  /** Takes it for this thread, which is not the event loop; false if somebody has it. */
  boolean takeForSender() {
    return who == NOBODY && WHO.compareAndSet(this, NOBODY, SENDER);
  }

  /** Makes it the event loop's; false if a sender has it, who will tell the loop. Event loop. */
  boolean takeOnLoop() {
    while (true) {
      int now = who;
      switch (now) {
        case LOOP -> {
          return true;
        }
        case SENDER_FOR_LOOP -> {
          return false;
        }
        default -> {
          if (WHO.compareAndSet(this, now, now == NOBODY ? LOOP : SENDER_FOR_LOOP)) {
            return now == NOBODY;
          }
        }
      }
    }
  }

  /** The event loop gives it up. */
  void leave() {
    who = NOBODY;
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
