package io.wirelace.quic;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides how long the datagrams of one connection may be while it lives. Discovery by the library
 * (RFC 8899) finds what the path carries when the connection begins; this notices when the path
 * carries less later, and falls back to the 1,200 bytes that every path for QUIC carries.
 *
 * <pre>
 *   WHOLE ── the kernel refuses, or large datagrams vanish ──→ BASE
 *     ↑                                                       │ 1 s, doubling to 10 min
 *     └──── three large datagrams arrived ──── PROBING ←──────┘
 *                                                 └── one was lost ──→ BASE
 * </pre>
 *
 * <p>A path may lose large datagrams without a word (RFC 8899, section 4.3). It is taken for such a
 * black hole when two looks in a row see large datagrams sent and nothing coming back, mostly large
 * ones lost, or data sent again because its acknowledgement is missing. That may be wrong, such as
 * after a pause of the peer, so it is tried again soon.
 *
 * <p>Owned by the connection's event loop. Allocates nothing for a datagram.
 */
final class PathMtu {
  /** The payload that every path for QUIC carries (RFC 9000, section 14). */
  static final int BASE_BYTES = 1200;

  private static final long LEAST_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int BAD_LOOKS = 2;

  /** The library tries each size three times (RFC 8899, MAX_PROBES); those may be refused. */
  private static final int DISCOVERY_PROBES = 3;

  private static final long FIRST_RAISE_NS = TimeUnit.SECONDS.toNanos(1);

  /** PMTU_RAISE_TIMER (RFC 8899, section 5.1.1). */
  private static final long MOST_RAISE_NS = TimeUnit.MINUTES.toNanos(10);

  private static final int PROBES = 3;

  /** Most datagrams may be too short to show anything; not each of them is worth a look. */
  private static final long PROBE_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /**
   * What a connection has counted so far.
   *
   * @param sent packets
   * @param sentBytes in them
   * @param sentAgainBytes of streams' data, because it was lost or no acknowledgement came in time
   * @param received packets
   * @param lost packets, as later ones were acknowledged
   * @param lostBytes in them
   * @param windowBytes the congestion window
   * @param rttNs the way there and back
   */
  record Counts(
      long sent,
      long sentBytes,
      long sentAgainBytes,
      long received,
      long lost,
      long lostBytes,
      long windowBytes,
      long rttNs) {}

  /** The connection. */
  interface Path {
    /** What it has counted; null before it knows. */
    @Nullable Counts counts();

    /** Datagrams are known to have to be of {@link #BASE_BYTES} at most, for that reason. */
    void narrowed(String why);

    /** They may be as long as before again. */
    void widened();
  }

  private enum Phase {
    /** Datagrams are as long as discovery or the options say. */
    WHOLE,
    /** Datagrams are short until it is time to try again. */
    BASE,
    /** Datagrams are short but for single ones that show what the path carries. */
    PROBING
  }

  private enum Verdict {
    /** Large datagrams arrive. */
    GOOD,
    /** Nothing is known about large ones: all were short, such as acknowledgements. */
    NOTHING,
    /** Large datagrams seem to be lost. */
    BAD
  }

  private final Path path;
  private final int toleratedRefusals;
  private Phase phase = Phase.WHOLE;
  private boolean told;

  // While WHOLE.
  private @Nullable Counts looked;
  private long lookedNs;
  private int badLooks;
  private @Nullable String refusal;
  private int refusedBytes;
  private int refusals;

  // While BASE.
  private long raiseNs = FIRST_RAISE_NS;
  private long sinceNs;

  // While PROBING.
  private @Nullable Counts probe;
  private long probeNs;
  private long triedNs;
  private boolean isLeaving;
  private int arrived;

  private PathMtu(Path path, int toleratedRefusals, long nowNs) {
    this.path = path;
    this.toleratedRefusals = toleratedRefusals;
    this.lookedNs = nowNs;
  }

  /** For a connection whose library does not try what the path carries. */
  static PathMtu plain(Path path, long nowNs) {
    return new PathMtu(path, 0, nowNs);
  }

  /** For a connection whose library does. */
  static PathMtu withDiscovery(Path path, long nowNs) {
    return new PathMtu(path, DISCOVERY_PROBES, nowNs);
  }

  /** How long the next datagram may be, at most as long as wanted. Called for each. */
  int allow(int wantedBytes, long nowNs) {
    if (wantedBytes <= BASE_BYTES) {
      return wantedBytes;
    }
    if (phase == Phase.WHOLE && nowNs - lookedNs >= lookNs()) {
      look(nowNs);
    } else if (phase == Phase.BASE && nowNs - sinceNs >= raiseNs) {
      phase = Phase.PROBING;
      arrived = 0;
      isLeaving = false;
      probe = null;
      triedNs = nowNs - PROBE_PAUSE_NS;
    }
    if (phase == Phase.PROBING && mayProbe(nowNs)) {
      isLeaving = true;
      return wantedBytes;
    }
    return phase == Phase.WHOLE ? wantedBytes : BASE_BYTES;
  }

  /** The kernel did not take a datagram because it was too long; it may have been a probe. */
  void refused(int bytes, String why, long nowNs) {
    if (phase != Phase.WHOLE) {
      return; // one that shows as lost
    }
    refusal = why;
    refusals = bytes == refusedBytes ? refusals + 1 : 1;
    refusedBytes = bytes;
    if (refusals > toleratedRefusals) {
      fallBack(nowNs);
    }
  }

  /** The same for several at once, which are never probes. */
  void refusedSeveral(String why, long nowNs) {
    if (phase == Phase.WHOLE) {
      refusal = why;
      fallBack(nowNs);
    }
  }

  // ---- WHOLE ----

  private long lookNs() {
    Counts last = looked;
    return last == null ? LEAST_LOOK_NS : Math.max(LEAST_LOOK_NS, 3 * last.rttNs());
  }

  private void look(long nowNs) {
    Counts last = looked;
    Counts now = path.counts();
    looked = now;
    lookedNs = nowNs;
    if (last == null || now == null) {
      return; // nothing to compare with yet
    }
    switch (judge(last, now)) {
      case GOOD -> {
        badLooks = 0;
        refusal = null;
      }
      case NOTHING -> {}
      case BAD -> {
        badLooks++;
        if (badLooks >= BAD_LOOKS) {
          fallBack(nowNs);
        }
      }
    }
  }

  private static Verdict judge(Counts before, Counts now) {
    long sentBytes = now.sentBytes() - before.sentBytes();
    if (sentBytes <= BASE_BYTES) {
      return Verdict.NOTHING;
    }
    long lost = now.lost() - before.lost();
    long lostBytes = now.lostBytes() - before.lostBytes();
    boolean againBytes = now.sentAgainBytes() - before.sentAgainBytes() > BASE_BYTES;
    boolean isSilent = now.received() == before.received();
    boolean areLargeLost =
        lostBytes > lost * BASE_BYTES
            && (2 * lostBytes >= sentBytes || now.windowBytes() <= 4 * BASE_BYTES);
    boolean hasTimedOut = againBytes && lost == 0;
    if (isSilent || areLargeLost || hasTimedOut) {
      return Verdict.BAD;
    }
    boolean wereLarge = sentBytes > (now.sent() - before.sent()) * (BASE_BYTES / 2);
    return wereLarge ? Verdict.GOOD : Verdict.NOTHING;
  }

  private void fallBack(long nowNs) {
    phase = Phase.BASE;
    sinceNs = nowNs;
    badLooks = 0;
    refusals = 0;
    String why = refusal;
    if (why != null) {
      refusal = null;
      tell(why);
    }
  }

  // ---- PROBING ----

  /** Looks what became of the probe before; whether this datagram may be one. */
  private boolean mayProbe(long nowNs) {
    if (!isLeaving && nowNs - triedNs < PROBE_PAUSE_NS) {
      return false;
    }
    triedNs = nowNs;
    Counts now = path.counts();
    Counts last = probe;
    if (now == null) {
      return false;
    }
    if (isLeaving) {
      isLeaving = false;
      if (last != null && now.sentBytes() - last.sentBytes() > BASE_BYTES) {
        probeNs = nowNs; // it was full
      } else {
        probe = null;
      }
      return false;
    }
    if (last != null) {
      if (now.lost() > last.lost()) {
        probeFailed(nowNs);
        return false;
      }
      if (nowNs - probeNs < lookNs() || now.received() == last.received()) {
        return false; // not known yet
      }
      arrived++;
      if (arrived >= PROBES) {
        widen(nowNs);
        return false;
      }
    }
    probe = now;
    return true;
  }

  private void probeFailed(long nowNs) {
    phase = Phase.BASE;
    sinceNs = nowNs;
    raiseNs = Math.min(2 * raiseNs, MOST_RAISE_NS);
    tell("longer ones are lost");
  }

  private void widen(long nowNs) {
    phase = Phase.WHOLE;
    looked = probe;
    lookedNs = nowNs;
    raiseNs = FIRST_RAISE_NS;
    if (told) {
      told = false;
      path.widened();
    }
  }

  private void tell(String why) {
    if (!told) {
      told = true;
      path.narrowed(why);
    }
  }
}
