package io.wirelace.wire;

import java.nio.ByteBuffer;

/**
 * A compressed body that has left its frame and is not inflated yet: as small as it came, so that
 * it can be kept, and inflated where it is wanted. Any thread.
 */
public final class CompressedBody {
  /**
   * What inflates to no more than this may be inflated on an event loop: it costs some tens of
   * microseconds.
   */
  public static final int QUICK_BYTES = WireLimits.UNJUDGED_BYTES;

  /** Algorithm, claim and data. */
  private final byte[] bytes;

  private CompressedBody(byte[] bytes) {
    this.bytes = bytes;
  }

  static CompressedBody of(ByteBuffer in, int at, int length, WireLimits limits)
      throws MalformedFrameException {
    judge(in, at, length, limits);
    byte[] copy = new byte[length];
    in.get(at, copy);
    return new CompressedBody(copy);
  }

  /** Judges what a body says of itself, before anything is allocated for it. */
  static void judge(ByteBuffer in, int at, int length, WireLimits limits)
      throws MalformedFrameException {
    if (length < Compression.PREFIX_BYTES) {
      throw Compression.damaged("a compressed body of " + length + " bytes (expected 5 or more)");
    }
    Compression unused = Compression.of(in.get(at)); // an unknown one throws
    long size = in.getInt(at + 1) & 0xFFFF_FFFFL;
    if (size > limits.maxFrameBytes()) {
      throw Compression.damaged(
          "body inflates to " + size + " bytes (at most " + limits.maxFrameBytes() + " allowed)");
    }
    if (!limits.allowInflation(length, size)) {
      throw Compression.damaged(
          "body of "
              + length
              + " bytes inflates to "
              + size
              + " bytes (at most "
              + limits.maxInflationRatio()
              + " times as many allowed, max-inflation-ratio)");
    }
  }

  /** What it inflates to, or nothing. */
  public int inflatedBytes() {
    return ByteBuffer.wrap(bytes).getInt(1);
  }

  /**
   * Inflates it.
   *
   * @throws MalformedFrameException if it is damaged, or not what it claims to be
   */
  public byte[] inflate() throws MalformedFrameException {
    return Compression.of(bytes[0])
        .inflate(
            bytes,
            Compression.PREFIX_BYTES,
            bytes.length - Compression.PREFIX_BYTES,
            inflatedBytes());
  }
}
