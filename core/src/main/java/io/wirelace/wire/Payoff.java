package io.wirelace.wire;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Finds out whether bodies get away faster compressed or as they are, by trying both. On a slow
 * link the one that makes fewer bytes wins, between two processes of one machine the one that works
 * less; neither can be told from a body. Now and then, for a moment, the other way is taken, and
 * how much senders got rid of in it is compared with the moment before. Such a moment has to
 * outlast what is queued before a slow link; but where those who compress could not keep up with
 * the moment before if they did nothing else, the link does not matter, and the moment ends at
 * once.
 *
 * <p>Begins with compressing, and stays with it unless sending plainly is clearly faster: traffic
 * that is limited by neither is compressed, as it was asked for.
 *
 * <p>Any thread. The counts are plain fields: threads that race lose a count, nothing else.
 */
final class Payoff {
  /** Before a moment has seen so many bodies it says nothing. */
  private static final int LEAST_BODIES = 64;

  private static final long LEAST_NS = 10_000_000; // 10 ms
  private static final long MOST_NS = 200_000_000; // 200 ms

  /** Longer than the queue between sender and link, whose fits and starts it has to outlast. */
  private static final long ENOUGH_WIRE_BYTES = 2 * 1024 * 1024; // 2 MiB

  /** Who compresses for this share of a moment is not held up by a link. */
  private static final double BUSY = 0.1;

  /** Between two trials, in lengths of one; doubled by each of compressing lost in a row. */
  private static final int REST = 20;

  /**
   * The same after the first trial of sending plainly, which may have met a sender that is not warm
   * yet; doubled by each, up to {@link #REST}.
   */
  private static final int FIRST_REST = 5;

  private static final int MOST_DOUBLINGS = 4;
  private static final long MOST_REST_NS = 60_000_000_000L; // 1 min

  /** So often in a row has the other way to win: one such moment may be chance. */
  private static final int WINS = 2;

  private static final int BODIES_BETWEEN_LOOKS = 8;

  /** So much faster has plain to be, to be preferred. */
  private static final double CLEARLY = 1.1;

  /**
   * A trial of compressing is hopeless if that takes so many times as long as may be. Who was
   * interrupted by other threads looks slow as well.
   */
  private static final int HOPELESSLY = 2;

  /** So slow may compressing be, and be preferred. */
  private static final double HARDLY_SLOWER = 0.95;

  private enum Phase {
    /** The preferred way is taken. */
    RESTING,
    /** The same, and how fast that is is counted. */
    REFERENCE,
    /** The other way is taken, and how fast that is is counted. */
    TRIAL
  }

  private final LongSupplier clock;
  private final AtomicBoolean looking = new AtomicBoolean();
  private final AtomicInteger compressing = new AtomicInteger();

  private volatile Phase phase = Phase.REFERENCE;
  private volatile boolean prefersCompressed = true;

  private long startNs;
  private long restNs;
  private int bodies;
  private long plainBytes;
  private long wireBytes;
  private long compressingNs;
  private int mostCompressing;
  private double reference;
  private int wins;
  private int losses;

  /** Trials of sending plainly that were lost since it was last preferred. */
  private int plainLosses;

  /** With a clock in nanoseconds. */
  Payoff(LongSupplier clock) {
    this.clock = clock;
    this.startNs = clock.getAsLong();
  }

  /** Whether the next body is to be compressed. */
  boolean compressNow() {
    return prefersCompressed != (phase == Phase.TRIAL);
  }

  /** This thread begins to compress; returns when. */
  long compressing() {
    mostCompressing = Math.max(mostCompressing, compressing.incrementAndGet());
    return clock.getAsLong();
  }

  /** It has done so. */
  void compressed(long sinceNs) {
    compressing.decrementAndGet();
    compressingNs += clock.getAsLong() - sinceNs;
  }

  /** A body was taken from its sender. */
  void sent(int plain, int wire) {
    plainBytes += plain;
    wireBytes += wire;
    if (++bodies % BODIES_BETWEEN_LOOKS == 0 && looking.compareAndSet(false, true)) {
      try {
        look(clock.getAsLong());
      } finally {
        looking.set(false);
      }
    }
  }

  private void look(long now) {
    long elapsed = Math.max(1, now - startNs);
    if (phase == Phase.RESTING) {
      if (elapsed >= restNs) {
        begin(Phase.REFERENCE, now);
      }
      return;
    }
    if (elapsed > 2 * MOST_NS) {
      begin(Phase.REFERENCE, now); // senders had nothing to send: that says nothing about speed
      return;
    }
    boolean over =
        elapsed >= LEAST_NS
            && (wireBytes >= ENOUGH_WIRE_BYTES || elapsed >= MOST_NS || isBusy(elapsed));
    if (!over && !isHopeless()) {
      return;
    }
    double rate = (double) plainBytes / elapsed;
    if (bodies < LEAST_BODIES) {
      restNs = REST * elapsed;
      begin(Phase.RESTING, now);
    } else if (phase == Phase.REFERENCE) {
      reference = rate;
      begin(Phase.TRIAL, now);
    } else {
      judge(rate);
      restNs = Math.min(MOST_REST_NS, rest(elapsed));
      begin(wins > 0 ? Phase.REFERENCE : Phase.RESTING, now);
    }
  }

  /** Whether it is known already how fast compressed bodies get away. */
  private boolean isBusy(long elapsed) {
    return phase == Phase.REFERENCE
        && bodies >= LEAST_BODIES
        && compressingNs > BUSY * mostCompressing * elapsed;
  }

  /** Whether compressing alone takes those who do it longer than plain bodies took. */
  private boolean isHopeless() {
    return phase == Phase.TRIAL
        && !prefersCompressed
        && bodies >= LEAST_BODIES
        && compressingNs * reference > (double) HOPELESSLY * mostCompressing * plainBytes;
  }

  private void judge(double trial) {
    boolean won =
        prefersCompressed ? trial > CLEARLY * reference : trial >= HARDLY_SLOWER * reference;
    wins = won ? wins + 1 : 0;
    if (wins == WINS) {
      prefersCompressed = !prefersCompressed;
      wins = 0;
      losses = 0;
      plainLosses = 0;
    } else if (!prefersCompressed && trial < HARDLY_SLOWER * reference) {
      losses = Math.min(MOST_DOUBLINGS, losses + 1);
    } else if (!won) {
      losses = 0; // to try sending plainly costs little, and a draw says nothing about speed
      plainLosses = prefersCompressed ? Math.min(MOST_DOUBLINGS, plainLosses + 1) : 0;
    }
  }

  private long rest(long trialNs) {
    return prefersCompressed && plainLosses > 0
        ? Math.min(REST, FIRST_REST << (plainLosses - 1)) * trialNs
        : (REST * trialNs) << losses;
  }

  private void begin(Phase next, long now) {
    startNs = now;
    bodies = 0;
    plainBytes = 0;
    wireBytes = 0;
    compressingNs = 0;
    mostCompressing = 0;
    phase = next;
  }
}
