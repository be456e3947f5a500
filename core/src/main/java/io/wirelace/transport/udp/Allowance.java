package io.wirelace.transport.udp;

import java.util.concurrent.TimeUnit;

/**
 * How much may be sent to a peer whose datagrams prove nothing (see {@link Proof}): three times
 * what came from its address, as QUIC has it before an address is validated (RFC 9000, section
 * 8.1), and {@value #GRANT_BYTES} bytes within two seconds after it has answered a probe. So a
 * forged datagram makes nobody send more than three times its size to somebody who is not there.
 * Event loop only.
 */
final class Allowance {
  static final int GRANT_BYTES = 64 * 1024; // 64 KiB

  private static final long GRANT_NS = TimeUnit.SECONDS.toNanos(2);
  private static final int TIMES = 3;
  private static final long MOST_EARNED = 1024 * 1024; // 1 MiB
  private static final long ASK_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long ASK_UNEARNED_NS = TimeUnit.SECONDS.toNanos(1);

  private long grantedBytes;
  private long grantedNs;
  private long earnedBytes;
  private long nextAskNs;
  private boolean silent;

  /** For a peer that has just answered a probe. */
  Allowance(long nowNs) {
    nextAskNs = nowNs;
    answered(nowNs);
  }

  /** The peer has answered a probe. */
  void answered(long nowNs) {
    grantedBytes = GRANT_BYTES;
    grantedNs = nowNs;
    silent = true;
  }

  /** A datagram came from its address. */
  void received(int bytes) {
    silent = false;
    earnedBytes = Math.min(MOST_EARNED, earnedBytes + (long) TIMES * bytes);
  }

  /** Whether so much may be sent now; then it is taken off. */
  boolean take(int bytes, long nowNs) {
    if (grantedBytes >= bytes && nowNs - grantedNs < GRANT_NS) {
      grantedBytes -= bytes;
      return true;
    }
    if (earnedBytes >= bytes) {
      earnedBytes -= bytes;
      return true;
    }
    return false;
  }

  /**
   * Whether the peer may be asked now, which costs a probe: at most every 100 ms while it has
   * earned that. Once a second if nothing has come since its last answer: then what waits for it is
   * not the answer to something forged.
   */
  boolean mayAsk(long nowNs) {
    if (nowNs - nextAskNs < 0) {
      return false;
    }
    boolean earned = earnedBytes >= DatagramFrame.PROBE_BYTES;
    if (!earned && !silent) {
      return false;
    }
    earnedBytes -= earned ? DatagramFrame.PROBE_BYTES : 0;
    nextAskNs = nowNs + (earned ? ASK_NS : ASK_UNEARNED_NS);
    return true;
  }
}
