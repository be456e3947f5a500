package io.wirelace.wire;

import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides for each body of a session whether compressing it pays, and does it if so. Bodies under
 * {@value #LEAST_BYTES} bytes are left alone. A large body is judged by a sample from its middle.
 * After bodies that did not shrink, more and more of the following ones are not even tried, so that
 * traffic that does not compress costs next to nothing. Where bodies shrink, but get away faster as
 * they are because the link is faster than compressing, they go as they are ({@link Payoff}).
 *
 * <p>Any thread. The memory of what paid is a plain field: threads that race lose a hint, nothing
 * else.
 */
public final class AdaptiveCompressor {
  /** Under this many bytes nothing is tried. */
  public static final int LEAST_BYTES = 512;

  /** Over this many bytes a sample of this size is tried first. */
  private static final int SAMPLE_BYTES = 4096;

  /** The most bodies passed over after ones that did not shrink. */
  private static final int MAX_SKIP = 256;

  private final Compression algorithm;
  private final int mostRatio;
  private final Payoff payoff;
  private int skip;
  private int nextSkip = 1;

  /**
   * A compressor of one session.
   *
   * @param mostRatio the most that a body may shrink by and still be inflated by the peer; one that
   *     shrinks by more is padded, or sent as it is
   * @param clock nanoseconds
   */
  public AdaptiveCompressor(Compression algorithm, int mostRatio, LongSupplier clock) {
    this.algorithm = algorithm;
    this.mostRatio = mostRatio;
    this.payoff = new Payoff(clock);
  }

  /** What it compresses with. */
  public Compression algorithm() {
    return algorithm;
  }

  /** The body compressed, with its prefix; null where it is better sent as it is. */
  public byte @Nullable [] compress(byte[] body) {
    if (body.length < LEAST_BYTES || algorithm == Compression.NONE) {
      return null;
    }
    byte[] out = payoff.compressNow() && !isSkipped() ? compressTimed(body) : null;
    payoff.sent(body.length, out == null ? body.length : out.length);
    return out;
  }

  private byte @Nullable [] compressTimed(byte[] body) {
    long startNs = payoff.compressing();
    try {
      return compressIfSmaller(body);
    } finally {
      payoff.compressed(startNs);
    }
  }

  private boolean isSkipped() {
    if (skip > 0) {
      skip--;
      return true;
    }
    return false;
  }

  private byte @Nullable [] compressIfSmaller(byte[] body) {
    byte[] out = samplePays(body) ? algorithm.deflate(body) : null;
    if (out == null || !pays(out.length, body.length)) {
      skip = nextSkip;
      nextSkip = Math.min(MAX_SKIP, 2 * nextSkip);
      return null;
    }
    nextSkip = 1;
    if (WireLimits.allowInflation(mostRatio, out.length, body.length)) {
      return out;
    }
    // With every byte that the ratio asks for; so a run of zeros still costs a thousandth.
    return algorithm.padded(out, body.length / mostRatio + 1);
  }

  private boolean samplePays(byte[] body) {
    if (body.length <= 2 * SAMPLE_BYTES) {
      return true;
    }
    int from = (body.length - SAMPLE_BYTES) / 2;
    byte[] out = algorithm.deflate(Arrays.copyOfRange(body, from, from + SAMPLE_BYTES));
    return out != null && pays(out.length, SAMPLE_BYTES);
  }

  /** It pays where at least a tenth is saved. */
  private static boolean pays(int compressed, int plain) {
    return compressed < plain - plain / 10;
  }
}
