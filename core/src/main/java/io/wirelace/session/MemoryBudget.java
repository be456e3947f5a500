package io.wirelace.session;

import io.netty.util.internal.PlatformDependent;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all sessions of the process hold together: messages that wait for handlers, frames that are
 * not complete, and what waits to be sent. Sessions book it in steps, so that small traffic never
 * comes here.
 *
 * <pre>
 *   over the limit   sessions that hold more than a step read no more, and have no room to send
 *   half a second later, over three quarters:   the largest holders are ended until that is held
 *   below that       reading goes on
 * </pre>
 *
 * <p>Each session brings the limit of its own settings, and is asked to give only when the sum is
 * over that. Any thread.
 */
final class MemoryBudget {
  /** That of this process. */
  static final MemoryBudget PROCESS =
      new MemoryBudget(CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS));

  /** A share of the lesser of heap and direct memory: a message may be in both for a while. */
  private static final int DEFAULT_SHARE = 4;

  private static final long LEAST_DEFAULT_BYTES = 16L * 1024 * 1024; // 16 MiB: the greatest frame

  /** Who holds memory, and what can be done about it. */
  interface Holder {
    /** How much it holds now. Any thread. */
    long heldBytes();

    /** Reads no more for now. Any thread. */
    void pauseForMemory();

    /** Reads on. Any thread. */
    void resumeAfterMemory();

    /** Ends, and lets go of what it holds. Any thread. */
    void endForMemory(long held, long total);
  }

  private final Executor later;
  private final AtomicLong total = new AtomicLong();
  private final Set<MemoryAccount> holders = ConcurrentHashMap.newKeySet();
  private final Set<MemoryAccount> paused = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /** A budget of which nothing is held; {@code later} runs a task after a moment of grace. */
  MemoryBudget(Executor later) {
    this.later = later;
  }

  /** The limit for those whose settings name none. */
  static long defaultLimit() {
    long least = Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
    return Math.max(LEAST_DEFAULT_BYTES, least / DEFAULT_SHARE);
  }

  MemoryAccount account(Holder holder, long limit) {
    return new MemoryAccount(this, holder, limit > 0 ? limit : defaultLimit());
  }

  long total() {
    return total.get();
  }

  /** An account now holds something, or nothing any more. */
  void booked(MemoryAccount account, long change) {
    total.addAndGet(change);
    if (account.booked() > 0) {
      holders.add(account);
    } else {
      holders.remove(account);
      if (account.booked() > 0) {
        holders.add(account); // it came back meanwhile
      }
    }
  }

  /** Asks all for what they hold now: they do not tell each time that it has become less. */
  void refresh() {
    holders.forEach(MemoryAccount::refresh);
  }

  /** An account has grown over its limit. */
  void exceeded(MemoryAccount account) {
    if (paused.add(account)) {
      account.holder().pauseForMemory();
    }
    relieveLater();
  }

  /** Somebody waits for memory: after a moment of grace it is made. */
  void relieveLater() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        later.execute(this::relieve);
      } catch (Throwable e) {
        scheduled.set(false); // who waits asks again
        throw e;
      }
    }
  }

  private void relieve() {
    scheduled.set(false);
    try {
      refresh();
      endLargest();
      resumePaused();
    } finally {
      if (!paused.isEmpty()) {
        relieveLater();
      }
    }
  }

  private void resumePaused() {
    for (MemoryAccount account : List.copyOf(paused)) {
      if (!account.isTooMuch(total.get()) && paused.remove(account)) {
        account.holder().resumeAfterMemory();
      }
    }
  }

  private void endLargest() {
    long left = total.get();
    List<MemoryAccount> largest =
        holders.stream()
            .filter(account -> account.isTooMuch(total.get()))
            .sorted(Comparator.comparingLong(MemoryAccount::booked).reversed())
            .toList();
    for (MemoryAccount account : largest) {
      if (!account.isTooMuch(left)) {
        return;
      }
      long held = account.booked();
      account.holder().endForMemory(held, total.get());
      left -= held;
    }
  }

  /** It has ended, and is asked for nothing any more; what it still holds it gives back later. */
  void ended(MemoryAccount account) {
    paused.remove(account);
  }
}
