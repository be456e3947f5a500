package io.wirelace.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** Gathers a head from pieces of any size, up to a limit, and leaves what follows it unread. */
final class HeadReader {
  private static final int FIRST_BYTES = 512;

  /** The empty line, as one number of four bytes. */
  private static final int EMPTY_LINE = 0x0D0A_0D0A;

  private final int maxBytes;
  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;
  private int lastFour;
  private boolean hasLine;

  HeadReader(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Reads up to the empty line; true if it was there. */
  boolean read(ByteBuf in) throws BadHeadException {
    while (in.isReadable()) {
      if (length == maxBytes) {
        throw new BadHeadException(
            hasLine ? HttpStatus.HEAD_TOO_LARGE : HttpStatus.URI_TOO_LONG,
            "a head of more than " + maxBytes + " bytes");
      }
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.min(maxBytes, 2 * length));
      }
      byte next = in.readByte();
      bytes[length++] = next;
      lastFour = (lastFour << 8) | (next & 0xFF);
      if (next == '\n') {
        if (((lastFour >> 8) & 0xFF) != '\r') {
          throw new BadHeadException(HttpStatus.BAD_REQUEST, "a line that ends without CR LF");
        }
        hasLine = true;
        if (lastFour == EMPTY_LINE) {
          return true;
        }
      }
    }
    return false;
  }

  /** The head, after {@link #read} has returned true. */
  HttpHead head() throws BadHeadException {
    return HttpHead.parse(bytes, length);
  }
}
