package io.wirelace.tests.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** What kind of messages a sender sends, how large, and how fast. */
enum Temper {
  /** Large notifications, some faster than they go. */
  BULK(100_000, List.of(Act.TELL, Act.TELL, Act.TELL, Act.TRY_TELL)) {
    @Override
    int bytes(SplittableRandom random) {
      return 60_000 + random.nextInt(random.nextInt(50) == 0 ? 1_000_000 : 120_000);
    }
  },
  /** One small request after the other, each waited for. */
  LONE_CALLER(60_000, List.of(Act.ASK)) {
    @Override
    int bytes(SplittableRandom random) {
      return random.nextInt(200);
    }
  },
  /** All kinds of messages, small, without a pause. */
  CHATTY(0, List.of(Act.values())) {
    @Override
    int bytes(SplittableRandom random) {
      return random.nextInt(600);
    }
  },
  /** All kinds, of sizes at which the message path changes its ways. */
  EDGES(20_000, List.of(Act.values())) {
    @Override
    int bytes(SplittableRandom random) {
      return EDGE_BYTES[random.nextInt(EDGE_BYTES.length)] + random.nextInt(3) - 1;
    }
  },
  /** As many notifications as the queue takes. */
  FLOOD(0, List.of(Act.TELL, Act.TRY_TELL)) {
    @Override
    int bytes(SplittableRandom random) {
      return random.nextInt(64);
    }
  },
  /** Requests that hardly anybody waits for. */
  HASTY(10_000, List.of(Act.ASK_BRIEFLY, Act.CANCEL, Act.CALL_BACK_BRIEFLY)) {
    @Override
    int bytes(SplittableRandom random) {
      return random.nextInt(random.nextInt(10) == 0 ? 20_000 : 300);
    }
  };

  /** What a sender does with one message. */
  enum Act {
    /** A notification that waits for room. */
    TELL,
    /** A notification if there is room. */
    TRY_TELL,
    /** A request, and waits for its answer. */
    ASK,
    /** A request with a future. */
    ASK_LATER,
    /** A request with a callback. */
    CALL_BACK,
    /** As {@link #ASK}, for a few milliseconds at most. */
    ASK_BRIEFLY,
    /** As {@link #CALL_BACK}, for a few milliseconds at most. */
    CALL_BACK_BRIEFLY,
    /** As {@link #ASK_LATER}, and cancels it. */
    CANCEL
  }

  /**
   * Empty, a byte, the least that is compressed, a chunk, a frame that gets a chunk of its own, the
   * high watermark of a channel, more than it, and more than a queue holds.
   */
  private static final int[] EDGE_BYTES = {
    1, 15, 512, 8 * 1024, 16 * 1024, 16 * 1024 - 25, 64 * 1024, 64 * 1024 - 25, 150_000, 1024 * 1024
  };

  private final int mostPauseNs;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<Act> acts;

  Temper(int mostPauseNs, List<Act> acts) {
    this.mostPauseNs = mostPauseNs;
    this.acts = acts;
  }

  /** The size of the next body. */
  abstract int bytes(SplittableRandom random);

  Act act(SplittableRandom random) {
    return acts.get(random.nextInt(acts.size()));
  }

  /** How long it waits before the next message. */
  int pauseNs(SplittableRandom random) {
    return mostPauseNs == 0 ? 0 : random.nextInt(mostPauseNs);
  }

  /** Whether its requests may end without an answer although the session goes on. */
  boolean givesUp() {
    return acts.contains(Act.ASK_BRIEFLY)
        || acts.contains(Act.CANCEL)
        || acts.contains(Act.CALL_BACK_BRIEFLY);
  }
}
