package io.wirelace.wire;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;

/**
 * What a receiver is willing to take.
 *
 * @param maxFrameBytes the greatest {@code length} of a frame, 9 to 16,777,215 bytes; also the most
 *     that a compressed body may inflate to
 * @param maxHeaders the most headers in one header block, 0 to 65,535
 * @param maxInflationRatio how many times its size a compressed body may inflate to; not judged up
 *     to {@value #UNJUDGED_BYTES} bytes
 */
public record WireLimits(int maxFrameBytes, int maxHeaders, int maxInflationRatio) {
  /** A body that inflates to no more than this is inflated whatever its ratio. */
  public static final int UNJUDGED_BYTES = 64 * 1024; // 64 KiB

  /** LZ4 gains at most 255:1, text by Zstd rarely more; runs of one byte gain 30,000:1. */
  public static final int DEFAULT_INFLATION_RATIO = 1000;

  /** The whole range of the specification, and 64 headers. */
  public static final WireLimits DEFAULT = new WireLimits(FrameHeader.MAX_LENGTH, 64);

  /** With the usual ratio. */
  public WireLimits(int maxFrameBytes, int maxHeaders) {
    this(maxFrameBytes, maxHeaders, DEFAULT_INFLATION_RATIO);
  }

  /** Checks the ranges. */
  public WireLimits {
    check("max-frame-bytes", maxFrameBytes, FrameHeader.MIN_LENGTH, FrameHeader.MAX_LENGTH);
    check("max-headers", maxHeaders, 0, 0xFFFF);
    check("max-inflation-ratio", maxInflationRatio, 1, FrameHeader.MAX_LENGTH);
  }

  /** Whether so many bytes may become so many others. */
  boolean allowInflation(int compressedBytes, long inflatedBytes) {
    return allowInflation(maxInflationRatio, compressedBytes, inflatedBytes);
  }

  static boolean allowInflation(int mostRatio, int compressedBytes, long inflatedBytes) {
    return inflatedBytes <= UNJUDGED_BYTES || inflatedBytes <= (long) mostRatio * compressedBytes;
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          name + ": " + value + " (expected " + least + " to " + most + ")");
    }
  }
}
