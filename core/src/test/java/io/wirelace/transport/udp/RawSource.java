package io.wirelace.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** A source of datagrams made of a plain socket and bytes. */
final class RawSource implements AutoCloseable {
  static final String SIGN_OF_LIFE = "00000009030000000000000000";
  static final String PROBE_HEAD = "0000001203000000000000000000";
  static final String PROBE = PROBE_HEAD + "1122334455667788";

  /** Long enough on loopback for what is not to come. */
  private static final int QUIET_MS = 150;

  private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  private final InetSocketAddress server;
  private long sentBytes;

  RawSource(String uri) throws IOException {
    URI parsed = URI.create(uri);
    server = new InetSocketAddress(InetAddress.getLoopbackAddress(), parsed.getPort());
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes);
  }

  static byte[] frame(int type, long id, String payload) {
    byte[] body = payload.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return ByteBuffer.allocate(13 + body.length)
        .putInt(9 + body.length)
        .put((byte) type)
        .putLong(id)
        .put(body)
        .array();
  }

  RawSource send(byte[] bytes) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length, server));
    sentBytes += bytes.length;
    return this;
  }

  RawSource send(String digits) throws IOException {
    return send(HexFormat.of().parseHex(digits.replace(" ", "")));
  }

  long sentBytes() {
    return sentBytes;
  }

  byte[] read() throws IOException {
    socket.setSoTimeout(10_000);
    byte[] most = new byte[65_507];
    DatagramPacket packet = new DatagramPacket(most, most.length);
    socket.receive(packet);
    return Arrays.copyOf(most, packet.getLength());
  }

  String readHex() throws IOException {
    return hex(read());
  }

  /** All bytes that come until it is quiet. */
  long readAllBytes() throws IOException {
    long bytes = 0;
    byte[] most = new byte[65_507];
    socket.setSoTimeout(QUIET_MS);
    while (true) {
      try {
        DatagramPacket packet = new DatagramPacket(most, most.length);
        socket.receive(packet);
        bytes += packet.getLength();
      } catch (SocketTimeoutException e) {
        return bytes;
      }
    }
  }

  void expectNothing() throws IOException {
    assertThat(readAllBytes()).isZero();
  }

  /** The cookie that the server sends. */
  String cookie() throws IOException {
    String probe = send(PROBE).readHex();
    assertThat(probe).startsWith(PROBE_HEAD).hasSize(44);
    return probe.substring(PROBE_HEAD.length());
  }

  static String reply(String cookie) {
    return "0000001203000000000000000001" + cookie;
  }

  /** Proves itself as the specification's heartbeat makes any peer do. */
  RawSource prove() throws IOException {
    assertThat(send(reply(cookie())).readHex()).isEqualTo(SIGN_OF_LIFE);
    return this;
  }

  /** A proven peer's request, unrouted, is answered with its body. */
  void expectAlive() throws IOException {
    send("0000000D 00 0000000000000001 70696E67");
    assertThat(readHex()).isEqualTo("0000000D01000000000000000170696E67");
  }

  @Override
  public void close() {
    socket.close();
  }
}
