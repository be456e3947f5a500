package io.wirelace.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one session has booked of the process's {@link MemoryBudget}. It books when what it holds
 * has changed by a step, so that small messages touch nothing that is shared. Any thread.
 */
final class MemoryAccount {
  /** What each session may hold unbooked. */
  static final long STEP_BYTES = 16 * 1024; // 16 KiB

  private final MemoryBudget budget;
  private final MemoryBudget.Holder holder;
  private final long limit;
  private final AtomicLong booked = new AtomicLong();

  MemoryAccount(MemoryBudget budget, MemoryBudget.Holder holder, long limit) {
    this.budget = budget;
    this.holder = holder;
    this.limit = limit;
  }

  MemoryBudget.Holder holder() {
    return holder;
  }

  long booked() {
    return booked.get();
  }

  /** Whether so much is more than three quarters of the limit: then reading does not go on yet. */
  boolean isTooMuch(long total) {
    return total > limit / 4 * 3;
  }

  /** Whether all together hold more than this one's limit. */
  boolean isOver() {
    return budget.total() > limit;
  }

  /** Whether this one has to do with what it holds: it holds some, and all together too much. */
  boolean isShort() {
    return booked.get() > 0 && isOver() && isShortIndeed();
  }

  private boolean isShortIndeed() {
    refresh(); // it is not told each time that it holds less
    if (booked.get() == 0 || !isOver()) {
      return false;
    }
    budget.relieveLater();
    return true;
  }

  /** Has the budget look after those who wait. */
  void askAgain() {
    budget.relieveLater();
  }

  /** Whether so much more would be too much. */
  boolean refuses(long bytes) {
    if (budget.total() + bytes <= limit) {
      return false;
    }
    budget.refresh();
    return budget.total() + bytes > limit;
  }

  /** Books what is held now, if that has changed by a step. */
  void check() {
    long held = holder.heldBytes();
    long had = booked.get();
    if (held - had >= STEP_BYTES || (had > 0 && held <= had - STEP_BYTES)) {
      book(held);
      if (held > had && isOver()) {
        budget.exceeded(this);
      }
    }
  }

  /** Books what is held now. */
  void refresh() {
    book(holder.heldBytes());
  }

  private void book(long held) {
    long now = held < STEP_BYTES ? 0 : held;
    long had = booked.getAndSet(now);
    if (now != had) {
      budget.booked(this, now - had);
    }
  }

  /** The session has ended. */
  void ended() {
    budget.ended(this);
    refresh();
  }
}
