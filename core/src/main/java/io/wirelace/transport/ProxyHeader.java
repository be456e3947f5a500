package io.wirelace.transport;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Arrays;

/**
 * Reads the header that a proxy puts before a connection to say whose it is: the PROXY protocol,
 * versions 1 and 2, as HAProxy's {@code proxy-protocol.txt} has them.
 *
 * <pre>
 *  1:  PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n         at most 107 bytes
 *  2:  0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A                  signature
 *      version 4 bits (2) | command 4 bits (0 LOCAL, 1 PROXY)
 *      family 4 bits (0 UNSPEC, 1 INET, 2 INET6, 3 UNIX) | protocol 4 bits (0 UNSPEC, 1 STREAM, 2 DGRAM)
 *      length u16, addresses, TLVs
 * </pre>
 *
 * <p>A machine without clock or channel: bytes in, a {@link Step} out. It keeps no more than
 * {@value #KEPT_BYTES} bytes; TLVs are skipped as they come. One thread at a time.
 */
public final class ProxyHeader {
  /** The longest version 1 line, its CR LF included. */
  static final int V1_BYTES = 107;

  /** The longest version 2 header after its first 16 bytes: much more than any proxy sends. */
  static final int V2_LENGTH = 4096; // 4 KiB

  private static final byte[] V1_START = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] V2_START = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  private static final int V2_FIXED_BYTES = 16;
  private static final int UNIX_PATH_BYTES = 108;
  private static final int KEPT_BYTES = V2_FIXED_BYTES + 2 * UNIX_PATH_BYTES;

  /** What the bytes so far come to. */
  sealed interface Step {
    /** More bytes will tell. */
    record More() implements Step {}

    /**
     * They are no PROXY header: they belong to what comes above, {@link #kept} and all the rest.
     */
    record Absent() implements Step {}

    /** The header is over; the connection is the proxy's own, or of a kind that has no address. */
    record Local() implements Step {}

    /** The header is over, and told both ends of the connection to the proxy. */
    record Proxied(SocketAddress peer, SocketAddress local) implements Step {}

    /** It began as a PROXY header and is none. */
    record Malformed(String why) implements Step {}
  }

  private static final Step MORE = new Step.More();
  private static final Step LOCAL = new Step.Local();

  private byte[] kept = new byte[V1_START.length + V2_START.length];
  private int size;
  private boolean v2;
  private boolean recognised;

  /** Of version 2, once its fixed part was judged: bytes to keep, bytes to skip behind them. */
  private int addressBytes = -1;

  private int skipBytes;

  /** Nothing read yet. */
  ProxyHeader() {}

  /** Whether the first bytes of a connection begin a PROXY header; reads nothing. */
  public static StreamProtocol.Claim claims(ByteBuf first) {
    int at = first.readerIndex();
    byte[] start = first.getByte(at) == V2_START[0] ? V2_START : V1_START;
    int compared = Math.min(start.length, first.readableBytes());
    for (int i = 0; i < compared; i++) {
      if (first.getByte(at + i) != start[i]) {
        return StreamProtocol.Claim.NO;
      }
    }
    return compared == start.length ? StreamProtocol.Claim.YES : StreamProtocol.Claim.MORE;
  }

  /** Whether the whole signature was there. */
  boolean isRecognised() {
    return recognised;
  }

  /** What was taken out of earlier buffers, for the case that it is no header. */
  byte[] kept() {
    return Arrays.copyOf(kept, size);
  }

  /**
   * Goes on with bytes that arrived, and takes those of the header out of the buffer, none if it
   * turns out to be no header.
   */
  Step read(ByteBuf in) {
    if (!recognised) {
      Step step = recognise(in);
      if (!recognised) {
        return step;
      }
    }
    return v2 ? readV2(in) : readV1(in);
  }

  private Step recognise(ByteBuf in) {
    int sizeBefore = size;
    int indexBefore = in.readerIndex();
    while (in.isReadable()) {
      byte next = in.readByte();
      v2 = size == 0 ? next == V2_START[0] : v2;
      byte[] start = v2 ? V2_START : V1_START;
      if (next != start[size]) {
        size = sizeBefore;
        in.readerIndex(indexBefore);
        return new Step.Absent();
      }
      kept[size++] = next;
      if (size == start.length) {
        recognised = true;
        kept = Arrays.copyOf(kept, v2 ? KEPT_BYTES : V1_BYTES);
        break;
      }
    }
    return MORE;
  }

  // ---- version 1 ----

  private Step readV1(ByteBuf in) {
    while (in.isReadable()) {
      byte next = in.readByte();
      kept[size++] = next;
      if (next == '\n') {
        return kept[size - 2] == '\r' ? parseV1() : new Step.Malformed("a line end without CR");
      }
      if (size == V1_BYTES) {
        return new Step.Malformed("no line end within " + V1_BYTES + " bytes");
      }
    }
    return MORE;
  }

  private Step parseV1() {
    String line = new String(kept, 0, size - 2, StandardCharsets.ISO_8859_1);
    String[] words = line.split(" ", -1);
    if (words[1].equals("UNKNOWN")) {
      return LOCAL; // what follows is to be ignored
    }
    int addressLength =
        switch (words[1]) {
          case "TCP4" -> 4;
          case "TCP6" -> 16;
          default -> 0;
        };
    if (addressLength == 0) {
      return new Step.Malformed("a family that is not TCP4, TCP6 or UNKNOWN");
    }
    if (words.length != 6) {
      return new Step.Malformed(words.length + " words (expected 6)");
    }
    byte[] from = AddressRange.address(words[2]);
    byte[] to = AddressRange.address(words[3]);
    int fromPort = port(words[4]);
    int toPort = port(words[5]);
    if (from.length != addressLength || to.length != addressLength) {
      return new Step.Malformed("an address that is not of family " + words[1]);
    }
    return fromPort < 0 || toPort < 0
        ? new Step.Malformed("a port that is not 0 to 65535")
        : new Step.Proxied(socket(from, fromPort), socket(to, toPort));
  }

  private static int port(String digits) {
    boolean plain =
        !digits.isEmpty()
            && digits.length() <= 5
            && digits.chars().allMatch(c -> c >= '0' && c <= '9')
            && (digits.length() == 1 || digits.charAt(0) != '0');
    int port = plain ? Integer.parseInt(digits) : -1;
    return port <= 0xFFFF ? port : -1;
  }

  // ---- version 2 ----

  private Step readV2(ByteBuf in) {
    if (addressBytes < 0) {
      keep(in, V2_FIXED_BYTES);
      if (size < V2_FIXED_BYTES) {
        return MORE;
      }
      String wrong = judgeFixedPart();
      if (!wrong.isEmpty()) {
        return new Step.Malformed(wrong);
      }
    }
    keep(in, V2_FIXED_BYTES + addressBytes);
    if (size < V2_FIXED_BYTES + addressBytes) {
      return MORE;
    }
    int skipped = Math.min(skipBytes, in.readableBytes());
    in.skipBytes(skipped);
    skipBytes -= skipped;
    return skipBytes > 0 ? MORE : addresses();
  }

  private void keep(ByteBuf in, int upTo) {
    int count = Math.min(upTo - size, in.readableBytes());
    in.readBytes(kept, size, count);
    size += count;
  }

  /** Settles how much is kept and skipped; returns what is wrong, or an empty text. */
  private String judgeFixedPart() {
    int version = (kept[12] & 0xF0) >> 4;
    int command = kept[12] & 0x0F;
    int family = (kept[13] & 0xF0) >> 4;
    int protocol = kept[13] & 0x0F;
    int length = ByteBuffer.wrap(kept).getShort(14) & 0xFFFF;
    if (version != 2 || command > 1) {
      return "version " + version + " command " + command + " (expected 2 and 0 or 1)";
    }
    // Of the combinations the seven that the protocol names: nothing at all, or both known.
    if (family > 3 || protocol > 2 || (family == 0) != (protocol == 0)) {
      return "family " + family + " protocol " + protocol;
    }
    if (length > V2_LENGTH) {
      return "length " + length + " (at most " + V2_LENGTH + " allowed)";
    }
    int needed = command == 1 && family != 0 ? addressBytes(family) : 0;
    if (length < needed) {
      return "length " + length + " (expected " + needed + " or more for its addresses)";
    }
    // Of datagrams the addresses are nobody's peer here: the real ones are kept, as HAProxy does.
    addressBytes = protocol == 1 ? needed : 0;
    skipBytes = length - addressBytes;
    return "";
  }

  private static int addressBytes(int family) {
    return switch (family) {
      case 1 -> 2 * 4 + 4;
      case 2 -> 2 * 16 + 4;
      default -> 2 * UNIX_PATH_BYTES;
    };
  }

  private Step addresses() {
    if (addressBytes == 0) {
      return LOCAL;
    }
    if (addressBytes == 2 * UNIX_PATH_BYTES) {
      return unixAddresses();
    }
    int length = (addressBytes - 4) / 2;
    ByteBuffer block = ByteBuffer.wrap(kept);
    byte[] from = Arrays.copyOfRange(kept, V2_FIXED_BYTES, V2_FIXED_BYTES + length);
    byte[] to = Arrays.copyOfRange(kept, V2_FIXED_BYTES + length, V2_FIXED_BYTES + 2 * length);
    int ports = V2_FIXED_BYTES + 2 * length;
    return new Step.Proxied(
        socket(from, block.getShort(ports) & 0xFFFF),
        socket(to, block.getShort(ports + 2) & 0xFFFF));
  }

  private Step unixAddresses() {
    String from = unixPath(V2_FIXED_BYTES);
    String to = unixPath(V2_FIXED_BYTES + UNIX_PATH_BYTES);
    if (from.isEmpty()) {
      return LOCAL; // most who connect to a Unix socket have no path, which says nothing
    }
    try {
      return new Step.Proxied(UnixDomainSocketAddress.of(from), UnixDomainSocketAddress.of(to));
    } catch (InvalidPathException e) {
      return new Step.Malformed("a path that is none");
    }
  }

  private String unixPath(int at) {
    int end = at;
    while (end < at + UNIX_PATH_BYTES && kept[end] != 0) {
      end++;
    }
    return new String(kept, at, end - at, StandardCharsets.UTF_8);
  }

  private static InetSocketAddress socket(byte[] address, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // of 4 and 16 bytes there is always one
    }
  }
}
