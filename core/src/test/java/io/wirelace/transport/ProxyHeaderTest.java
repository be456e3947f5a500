package io.wirelace.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.wirelace.transport.ProxyHeader.Step;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes in, addresses out. */
class ProxyHeaderTest {
  private static final String SIGNATURE = "0D0A0D0A000D0A515549540A";
  private static final String IPV4 = "C0000201" + "CB007107" + "DC04" + "01BB";

  private static byte[] v1(String line) {
    return line.getBytes(ISO_8859_1);
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static byte[] v2(int command, int family, byte[] rest) {
    return v2(command, family, rest.length, rest);
  }

  private static byte[] v2(int command, int family, int length, byte[] rest) {
    return ByteBuffer.allocate(16 + rest.length)
        .put(hex(SIGNATURE))
        .put((byte) command)
        .put((byte) family)
        .putShort((short) length)
        .put(rest)
        .array();
  }

  /** All at once, and again byte by byte: both come to the same, with the same bytes left over. */
  private static Step read(byte[] bytes) {
    ByteBuf whole = Unpooled.wrappedBuffer(bytes);
    Step step = new ProxyHeader().read(whole);
    ProxyHeader slow = new ProxyHeader();
    int consumed = 0;
    Step slowly = new Step.More();
    while (slowly instanceof Step.More && consumed < bytes.length) {
      ByteBuf one = Unpooled.wrappedBuffer(bytes, consumed, 1);
      slowly = slow.read(one);
      consumed += 1 - one.readableBytes();
    }
    assertThat(slowly).isEqualTo(step);
    if (step instanceof Step.Absent) {
      // Nothing is lost: what was kept earlier, and the buffer with the byte that decided.
      assertThat(whole.readerIndex()).isZero();
      assertThat(slow.kept()).isEqualTo(Arrays.copyOf(bytes, consumed));
    } else {
      assertThat(consumed).isEqualTo(whole.readerIndex());
    }
    return step;
  }

  private static String told(byte[] bytes) {
    Step step = read(bytes);
    assertThat(step).isInstanceOf(Step.Proxied.class);
    Step.Proxied proxied = (Step.Proxied) step;
    return proxied.peer() + " " + proxied.local();
  }

  @Test
  void versionOneTellsBothAddresses() {
    assertThat(told(v1("PROXY TCP4 192.0.2.1 203.0.113.7 56324 443\r\n")))
        .isEqualTo("/192.0.2.1:56324 /203.0.113.7:443");
    assertThat(told(v1("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n")))
        .isEqualTo("/[2001:db8:0:0:0:0:0:1]:65535 /[0:0:0:0:0:0:0:1]:0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n",
        "PROXY UNKNOWN whatever else\r\n"
      })
  void unknownKeepsTheRealAddresses(String line) {
    assertThat(read(v1(line))).isEqualTo(new Step.Local());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY \r\n",
        "PROXY TCP4\r\n",
        "PROXY TCP5 192.0.2.1 203.0.113.7 56324 443\r\n",
        "PROXY TCP4 192.0.2.1 203.0.113.7 56324\r\n",
        "PROXY TCP4 192.0.2.1 203.0.113.7 56324 443 \r\n",
        "PROXY TCP4  192.0.2.1 203.0.113.7 56324 443\r\n",
        "PROXY TCP4 192.0.2.1 203.0.113.7 56324 443\n",
        "PROXY TCP4 192.0.2.1 203.0.113.7 56324 65536\r\n",
        "PROXY TCP4 192.0.2.1 203.0.113.7 -1 443\r\n",
        "PROXY TCP4 192.0.2.1 203.0.113.7 +1 443\r\n",
        "PROXY TCP4 192.0.2.1 203.0.113.7 0x1 443\r\n",
        "PROXY TCP4 192.0.2.1 203.0.113.7 0443 443\r\n",
        "PROXY TCP4 192.0.2.1 203.0.113.7 99999999999 443\r\n",
        "PROXY TCP4 192.0.02.1 203.0.113.7 1 2\r\n",
        "PROXY TCP4 example.org 203.0.113.7 1 2\r\n",
        "PROXY TCP4 2001:db8::1 ::1 1 2\r\n",
        "PROXY TCP6 192.0.2.1 203.0.113.7 1 2\r\n",
        "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
        "PROXY TCP6 [::1] ::1 1 2\r\n",
        "PROXY tcp4 192.0.2.1 203.0.113.7 56324 443\r\n"
      })
  void aMalformedLineIsToldFromNone(String line) {
    assertThat(read(v1(line))).isInstanceOf(Step.Malformed.class);
  }

  @Test
  void aLineEndsWithin107Bytes() {
    String longest = "PROXY UNKNOWN " + "x".repeat(107 - 16) + "\r\n";
    assertThat(longest).hasSize(107);
    assertThat(read(v1(longest))).isEqualTo(new Step.Local());
    assertThat(read(v1(longest.replace("\r", "x\r")))).isInstanceOf(Step.Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n", "PROPFIND /", "PROXYX", "\0\0"})
  void otherBytesAreGivenBack(String other) {
    assertThat(read(v1(other))).isEqualTo(new Step.Absent());
  }

  @Test
  void halfASignatureIsUndecided() {
    assertThat(read(v1("PROXY"))).isEqualTo(new Step.More());
    assertThat(read(hex(SIGNATURE))).isEqualTo(new Step.More());
    assertThat(ProxyHeader.claims(Unpooled.wrappedBuffer(v1("PRO"))))
        .isEqualTo(StreamProtocol.Claim.MORE);
    assertThat(ProxyHeader.claims(Unpooled.wrappedBuffer(v1("PROXY "))))
        .isEqualTo(StreamProtocol.Claim.YES);
    assertThat(ProxyHeader.claims(Unpooled.wrappedBuffer(hex("0D0A0D0A00"))))
        .isEqualTo(StreamProtocol.Claim.MORE);
    assertThat(ProxyHeader.claims(Unpooled.wrappedBuffer(hex(SIGNATURE))))
        .isEqualTo(StreamProtocol.Claim.YES);
    assertThat(ProxyHeader.claims(Unpooled.wrappedBuffer(hex("0D0A0D0B"))))
        .isEqualTo(StreamProtocol.Claim.NO);
  }

  @Test
  void versionTwoTellsBothAddressesAndSkipsWhatFollows() {
    assertThat(told(v2(0x21, 0x11, hex(IPV4)))).isEqualTo("/192.0.2.1:56324 /203.0.113.7:443");
    assertThat(told(v2(0x21, 0x11, hex(IPV4 + "01000568656C6C6F"))))
        .isEqualTo("/192.0.2.1:56324 /203.0.113.7:443");
    assertThat(
            told(
                v2(
                    0x21,
                    0x21,
                    hex(
                        "20010DB8000000000000000000000001"
                            + "00000000000000000000000000000001"
                            + "FFFF0000"))))
        .isEqualTo("/[2001:db8:0:0:0:0:0:1]:65535 /[0:0:0:0:0:0:0:1]:0");
  }

  @Test
  void aMappedAddressIsAnIpv4Address() {
    Step step =
        read(
            v2(
                0x21,
                0x21,
                hex(
                    "00000000000000000000FFFFC0000201"
                        + "00000000000000000000FFFFCB007107"
                        + "00010002")));
    assertThat(step)
        .isEqualTo(
            new Step.Proxied(
                new InetSocketAddress("192.0.2.1", 1), new InetSocketAddress("203.0.113.7", 2)));
  }

  @Test
  void aUnixPathIsThePeer() {
    byte[] paths = new byte[216];
    System.arraycopy(v1("/run/a.sock"), 0, paths, 0, 11);
    System.arraycopy(v1("/run/b.sock"), 0, paths, 108, 11);
    assertThat(read(v2(0x21, 0x31, paths)))
        .isEqualTo(
            new Step.Proxied(
                UnixDomainSocketAddress.of("/run/a.sock"),
                UnixDomainSocketAddress.of("/run/b.sock")));
    assertThat(read(v2(0x21, 0x31, new byte[216]))).isEqualTo(new Step.Local());
    Arrays.fill(paths, (byte) 'x');
    assertThat(told(v2(0x21, 0x31, paths))).hasSize(2 * 108 + 1);
  }

  @Test
  void localAndUnspecifiedKeepTheRealAddresses() {
    assertThat(read(v2(0x20, 0x00, new byte[0]))).isEqualTo(new Step.Local());
    assertThat(read(v2(0x20, 0x11, hex(IPV4)))).isEqualTo(new Step.Local());
    assertThat(read(v2(0x20, 0x11, new byte[3]))).isEqualTo(new Step.Local());
    assertThat(read(v2(0x21, 0x00, new byte[40]))).isEqualTo(new Step.Local());
    assertThat(read(v2(0x21, 0x12, hex(IPV4)))).isEqualTo(new Step.Local());
    assertThat(read(v2(0x21, 0x32, new byte[216]))).isEqualTo(new Step.Local());
  }

  @Test
  void whatVersionTwoDoesNotKnowIsMalformed() {
    for (int command : new int[] {0x01, 0x11, 0x22, 0x2F, 0x31, 0xF1}) {
      assertThat(read(v2(command, 0x11, hex(IPV4)))).isInstanceOf(Step.Malformed.class);
    }
    for (int family : new int[] {0x01, 0x02, 0x10, 0x13, 0x1F, 0x20, 0x41, 0xF1}) {
      assertThat(read(v2(0x21, family, hex(IPV4)))).isInstanceOf(Step.Malformed.class);
    }
    assertThat(read(v2(0x21, 0x11, new byte[11]))).isInstanceOf(Step.Malformed.class);
    assertThat(read(v2(0x21, 0x21, new byte[35]))).isInstanceOf(Step.Malformed.class);
    assertThat(read(v2(0x21, 0x31, new byte[215]))).isInstanceOf(Step.Malformed.class);
  }

  @Test
  void anAbsurdLengthIsRefusedBeforeItsBytesAreRead() {
    assertThat(read(v2(0x21, 0x11, 0xFFFF, new byte[0]))).isInstanceOf(Step.Malformed.class);
    assertThat(read(v2(0x21, 0x11, 4097, new byte[0]))).isInstanceOf(Step.Malformed.class);
    assertThat(read(v2(0x21, 0x11, 4096, new byte[4095]))).isEqualTo(new Step.More());
    assertThat(read(v2(0x20, 0x00, 4096, new byte[4096]))).isEqualTo(new Step.Local());
  }

  // ---- beside the other implementation ----

  private static final String UNREADABLE = "unreadable";

  /** Addresses as Netty's decoder has them; empty if they are the connection's own, null if bad. */
  private static @Nullable String netty(byte[] bytes) {
    EmbeddedChannel channel = new EmbeddedChannel(new HAProxyMessageDecoder());
    try {
      channel.writeInbound(Unpooled.wrappedBuffer(bytes));
      HAProxyMessage message = channel.readInbound();
      if (message == null) {
        return null;
      }
      try {
        String from = message.sourceAddress();
        boolean stream = message.proxiedProtocol().byteValue() % 16 == 1;
        boolean local = message.command().byteValue() == 0;
        return from == null || local || !stream
            ? ""
            : from
                + " "
                + message.destinationAddress()
                + " "
                + message.sourcePort()
                + " "
                + message.destinationPort();
      } finally {
        message.release();
      }
    } catch (HAProxyProtocolException e) {
      return null;
    } catch (DecoderException e) {
      // Netty reads the blocks behind the addresses, which we skip, and falls over broken ones.
      assertThat(e).hasCauseInstanceOf(IndexOutOfBoundsException.class);
      assertThat(hasFurtherBlocks(bytes)).isTrue();
      return UNREADABLE;
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  /** Whether a header of version 2 says that more follows than its family's addresses. */
  private static boolean hasFurtherBlocks(byte[] bytes) {
    int addresses = bytes[13] >> 4 == 2 ? 36 : bytes[13] >> 4 == 1 ? 12 : 0;
    return ByteBuffer.wrap(bytes).getShort(14) > addresses;
  }

  private static @Nullable String ours(byte[] bytes) {
    return switch (new ProxyHeader().read(Unpooled.wrappedBuffer(bytes))) {
      case Step.Local local -> "";
      case Step.Proxied told
          when told.peer() instanceof InetSocketAddress from
              && told.local() instanceof InetSocketAddress to ->
          from.getAddress().getHostAddress()
              + " "
              + to.getAddress().getHostAddress()
              + " "
              + from.getPort()
              + " "
              + to.getPort();
      case Step.Proxied told -> told.peer() + " " + told.local() + " 0 0";
      default -> null;
    };
  }

  private static byte[] header(Random random) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (random.nextBoolean()) {
      int[] families = {0x00, 0x11, 0x12, 0x21, 0x22};
      int family = families[random.nextInt(families.length)];
      byte[] rest = new byte[family / 16 == 2 ? 36 : 12];
      random.nextBytes(rest);
      bytes.writeBytes(v2(random.nextInt(8) == 0 ? 0x20 : 0x21, family, rest));
    } else {
      String line =
          "PROXY TCP4 %d.%d.%d.%d 203.0.113.7 %d %d\r\n"
              .formatted(
                  random.nextInt(256),
                  random.nextInt(256),
                  random.nextInt(256),
                  random.nextInt(256),
                  random.nextInt(65536),
                  random.nextInt(65536));
      bytes.writeBytes(v1(line));
    }
    return bytes.toByteArray();
  }

  @Test
  void whatFollowsTheAddressesIsSkippedUnread() {
    byte[] broken = new byte[36]; // the addresses of one family under the name of another
    Arrays.fill(broken, (byte) 0xEE);
    assertThat(read(v2(0x21, 0x11, broken))).isInstanceOf(Step.Proxied.class);
  }

  @Test
  void whatWeTakeNettyTakesTooAndReadsTheSame() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int taken = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = header(random);
      if (random.nextInt(3) == 0) {
        // Damaged behind the signature: both may refuse it, but not read different things in it.
        bytes[12 + random.nextInt(bytes.length - 12)] = (byte) random.nextInt(256);
      }
      String ours = ours(bytes);
      // The protocol allows port 0, Netty does not.
      if (ours != null && !ours.matches(".* 0( .*)?")) {
        taken++;
        assertThat(netty(bytes))
            .as("seed %d: %s", seed, HexFormat.of().formatHex(bytes))
            .isIn(ours, UNREADABLE);
      }
    }
    assertThat(taken).as("seed %d", seed).isGreaterThan(10_000);
  }
}
