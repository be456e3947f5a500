package io.wirelace.wire;

/**
 * Reads the lengths in an LZ4 block without inflating it: a body that is not what it claims to be
 * is found out before memory is allocated for it. A block is a row of sequences (LZ4 block format):
 *
 * <pre>
 *   token   u8: literals &lt;&lt; 4 | match - 4      15 in a half: bytes follow that add to it, up to one under 255
 *   literals, then u16 offset of the match     the last sequence ends after its literals
 * </pre>
 */
final class Lz4Block {
  private static final int LEAST_MATCH = 4;
  private static final int OFFSET_BYTES = 2;
  private static final int MORE = 15;

  private final byte[] data;
  private final int end;
  private int at;

  private Lz4Block(byte[] data, int at, int length) {
    this.data = data;
    this.at = at;
    this.end = at + length;
  }

  /**
   * How many bytes a block inflates to.
   *
   * @throws MalformedFrameException if it ends within a sequence
   */
  static long inflatedBytes(byte[] data, int at, int length) throws MalformedFrameException {
    return new Lz4Block(data, at, length).sum();
  }

  private long sum() throws MalformedFrameException {
    long sum = 0;
    while (true) {
      int token = next();
      long literals = length(token >>> 4);
      sum += literals;
      if (literals >= end - at) {
        if (literals > end - at) {
          throw cutOff();
        }
        return sum;
      }
      at += (int) literals + OFFSET_BYTES;
      sum += length(token & 0x0F) + LEAST_MATCH;
    }
  }

  private long length(int half) throws MalformedFrameException {
    long length = half;
    if (half == MORE) {
      int more;
      do {
        more = next();
        length += more;
      } while (more == 0xFF);
    }
    return length;
  }

  private int next() throws MalformedFrameException {
    if (at >= end) {
      throw cutOff();
    }
    return data[at++] & 0xFF;
  }

  private static MalformedFrameException cutOff() {
    return Compression.damaged("LZ4 data is damaged: it ends within a sequence");
  }
}
