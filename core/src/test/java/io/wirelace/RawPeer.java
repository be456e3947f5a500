package io.wirelace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/** A peer made of a plain socket and bytes: it can do what no client of ours would. */
final class RawPeer implements AutoCloseable {
  static final int ROUTED = 0x40;
  static final int HEADERS = 0x80;
  static final int COMPRESSED = 0x20;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  /** A frame as it came. */
  record Raw(int type, long id, byte[] payload) {
    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    int code() {
      assertThat(type).as("type of %s", this).isEqualTo(4);
      return ByteBuffer.wrap(payload).getInt();
    }

    /** {@code ERROR id code retryable}, after the frame has been found to be well formed. */
    String error() {
      int code = code();
      assertThat(payload.length).isGreaterThanOrEqualTo(9);
      assertThat(payload[4]).isBetween((byte) 0, (byte) 1);
      assertThat(ByteBuffer.wrap(payload).getInt(5)).as("retry-after").isZero();
      return "ERROR " + id + " " + code + (payload[4] == 1 ? " retryable" : "");
    }

    String errorText() {
      return new String(payload, 9, payload.length - 9, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%02X %d %s", type, id, payload.length > 200 ? "..." : text());
    }
  }

  RawPeer(String uri) throws IOException {
    this(socket(URI.create(uri)));
  }

  private static Socket socket(URI uri) throws IOException {
    return new Socket(uri.getHost(), uri.getPort());
  }

  RawPeer(Socket connected) throws IOException {
    socket = connected;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
    out = socket.getOutputStream();
  }

  Socket socket() {
    return socket;
  }

  /** Whether an address that a server sees is this peer's. */
  boolean isAt(SocketAddress seen) {
    return socket.getLocalSocketAddress().equals(seen);
  }

  static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static byte[] frame(int type, long id, byte[] payload) {
    return ByteBuffer.allocate(13 + payload.length)
        .putInt(9 + payload.length)
        .put((byte) type)
        .putLong(id)
        .put(payload)
        .array();
  }

  static byte[] frame(int type, long id, String payload) {
    return frame(type, id, payload.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] routed(int kind, long id, String route, String body) {
    return routed(kind, id, route, body.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] routed(int kind, long id, String route, byte[] body) {
    return frame(kind | ROUTED, id, join(route(route), body));
  }

  static byte[] route(String route) {
    byte[] bytes = route.getBytes(StandardCharsets.UTF_8);
    return join(new byte[] {(byte) bytes.length}, bytes);
  }

  /** A header block of key, value, key, value. */
  static byte[] headers(String... pairs) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(ByteBuffer.allocate(2).putShort((short) (pairs.length / 2)).array());
    for (int i = 0; i < pairs.length; i++) {
      byte[] text = pairs[i].getBytes(StandardCharsets.UTF_8);
      block.writeBytes(
          i % 2 == 0
              ? new byte[] {(byte) text.length}
              : ByteBuffer.allocate(2).putShort((short) text.length).array());
      block.writeBytes(text);
    }
    return block.toByteArray();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  RawPeer send(byte[]... parts) throws IOException {
    out.write(join(parts));
    out.flush();
    return this;
  }

  /** Greets with features, and reads the answer to it. */
  RawPeer greet(String features) throws IOException {
    send(frame(5, 0, join(new byte[] {0, 1}, headers("features", features))));
    assertThat(read().type()).as("WELCOME").isEqualTo(6);
    return this;
  }

  void send(byte[] bytes, int from, int length) throws IOException {
    out.write(bytes, from, length);
    out.flush();
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  Raw read() throws IOException {
    int length = in.readInt();
    int type = in.readUnsignedByte();
    long id = in.readLong();
    byte[] payload = new byte[length - 9];
    in.readFully(payload);
    return new Raw(type, id, payload);
  }

  /** The next bytes, whatever they are. */
  byte[] bytes(int count) throws IOException {
    return in.readNBytes(count);
  }

  /** All that comes until the end. */
  byte[] rest() throws IOException {
    return in.readAllBytes();
  }

  /** Nothing more comes, and the server has ended its direction without a reset. */
  void expectEnd() throws IOException {
    assertThat(in.read()).as("expected the end").isEqualTo(-1);
  }

  /** As {@link #expectEnd}; a reset will do where we have sent more than was read. */
  void expectEndOrReset() throws IOException {
    try {
      in.readFully(new byte[1]);
      throw new AssertionError("expected the end");
    } catch (EOFException | SocketException e) {
      // That is it.
    }
  }

  /** The connection lives: a request is answered. */
  void expectAlive() throws IOException {
    send(routed(0, 0x7777, "echo", "alive?"));
    Raw answer = read();
    assertThat(answer.type()).as("%s", answer).isEqualTo(1);
    assertThat(answer.id()).isEqualTo(0x7777);
    assertThat(answer.text()).isEqualTo("alive?");
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
