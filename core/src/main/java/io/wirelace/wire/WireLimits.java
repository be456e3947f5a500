package io.wirelace.wire;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;

/**
 * What a receiver is willing to take.
 *
 * @param maxFrameBytes the greatest {@code length} of a frame, 9 to 16,777,215 bytes; also the most
 *     that a compressed body may inflate to
 * @param maxHeaders the most headers in one header block, 0 to 65,535
 */
public record WireLimits(int maxFrameBytes, int maxHeaders) {
  /** The whole range of the specification, and 64 headers. */
  public static final WireLimits DEFAULT = new WireLimits(FrameHeader.MAX_LENGTH, 64);

  /** Checks the ranges. */
  public WireLimits {
    check("max-frame-bytes", maxFrameBytes, FrameHeader.MIN_LENGTH, FrameHeader.MAX_LENGTH);
    check("max-headers", maxHeaders, 0, 0xFFFF);
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          name + ": " + value + " (expected " + least + " to " + most + ")");
    }
  }
}
