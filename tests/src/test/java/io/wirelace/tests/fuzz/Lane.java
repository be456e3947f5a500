package io.wirelace.tests.fuzz;

import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The numbered messages of one sender to one {@link Way}: what became of each on the sending side,
 * and whether the other side handled it. One thread sends; any thread handles.
 */
final class Lane {
  /** What the sender knows of one message. */
  private enum Fate {
    /** It is being sent, or nobody knows: a request whose answer nobody waited for. */
    OPEN,
    /** A notification that was accepted: it is handled, unless an end comes first. */
    ACCEPTED,
    /** It was not accepted: nobody handles it. */
    REFUSED,
    /** A request that was answered: it was handled. */
    ANSWERED
  }

  /** What is missing in a lane, once its conversation is over. */
  record Missing(int accepted, int gaps) {}

  private final int id;
  private final Way way;
  private final String name;
  private final Findings findings;

  private final ReentrantLock lock = new ReentrantLock(); // held for a few statements only
  private Fate[] fates = new Fate[256];
  private final BitSet handled = new BitSet();
  private int sent;
  private int last = -1;
  private int accepted;

  Lane(int id, Way way, String sender, Findings findings) {
    this.id = id;
    this.way = way;
    this.name = "lane " + id + " (" + sender + " to " + way + ")";
    this.findings = findings;
  }

  int id() {
    return id;
  }

  Way way() {
    return way;
  }

  @Override
  public String toString() {
    return name;
  }

  // ---- the sender ----

  /** The number of the next message. */
  int next() {
    lock.lock();
    try {
      if (sent == fates.length) {
        fates = Arrays.copyOf(fates, 2 * sent);
      }
      fates[sent] = Fate.OPEN;
      return sent++;
    } finally {
      lock.unlock();
    }
  }

  /** A notification was accepted. */
  void accepted(int number) {
    lock.lock();
    try {
      fates[number] = Fate.ACCEPTED;
      accepted++;
    } finally {
      lock.unlock();
    }
  }

  /** A message was not accepted. */
  void refused(int number) {
    set(number, Fate.REFUSED);
  }

  /** A request was answered by its handler. */
  void answered(int number) {
    set(number, Fate.ANSWERED);
  }

  private void set(int number, Fate fate) {
    lock.lock();
    try {
      fates[number] = fate;
    } finally {
      lock.unlock();
    }
  }

  // ---- the other side ----

  /** A handler begins with a message. */
  void handled(int number) {
    lock.lock();
    try {
      if (number < 0 || number >= sent) {
        findings.add(name + ": handled number " + number + ", but only " + sent + " were sent");
        return;
      }
      if (handled.get(number)) {
        findings.add(name + ": number " + number + " was handled twice");
      } else if (way.inOrder() && number <= last) {
        findings.add(name + ": number " + number + " was handled after " + last);
      }
      handled.set(number);
      last = Math.max(last, number);
    } finally {
      lock.unlock();
    }
  }

  // ---- when all is over ----

  /** How many messages were handled. */
  int handledCount() {
    lock.lock();
    try {
      return handled.cardinality();
    } finally {
      lock.unlock();
    }
  }

  /** How many notifications were accepted. */
  int acceptedCount() {
    lock.lock();
    try {
      return accepted;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The accepted notifications that nobody handled. A gap is one before another that was handled;
   * the rest were sent last, and an end may have come before them.
   */
  Missing missing() {
    lock.lock();
    try {
      int missing = 0;
      int gaps = 0;
      for (int number = 0; number < sent; number++) {
        if (fates[number] == Fate.ACCEPTED && !handled.get(number)) {
          missing++;
          gaps += number < last ? 1 : 0;
        }
      }
      return new Missing(missing, gaps);
    } finally {
      lock.unlock();
    }
  }

  /** Reports messages that were handled though refused, or answered though nobody handled them. */
  void checkFates() {
    lock.lock();
    try {
      for (int number = 0; number < sent; number++) {
        if (fates[number] == Fate.REFUSED && handled.get(number)) {
          findings.add(name + ": number " + number + " was refused, and handled all the same");
        } else if (fates[number] == Fate.ANSWERED && !handled.get(number)) {
          findings.add(name + ": number " + number + " was answered, but nobody handled it");
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
