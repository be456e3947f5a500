package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** A WebSocket peer made of a plain socket and bytes: it can do what no client of ours would. */
final class RawWebSocket implements AutoCloseable {
  static final String KEY =
      Base64.getEncoder().encodeToString("the sample nonce".getBytes(StandardCharsets.US_ASCII));

  private static final byte[] MASK = {1, 2, 3, 4};

  private final Socket socket;
  private final DataInputStream in;
  private final String host;

  /** A message, or a control frame, as it came. */
  record Received(int first, byte[] payload) {
    int opcode() {
      return first & 0x0F;
    }

    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    int closeCode() {
      assertThat(opcode()).as("%s", this).isEqualTo(8);
      return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    }

    /** The code of the one native ERROR of id 0 in it. */
    int errorCode() {
      assertThat(opcode()).as("%s", this).isEqualTo(2);
      ByteBuffer frame = ByteBuffer.wrap(payload);
      assertThat(frame.getInt()).isEqualTo(payload.length - 4);
      assertThat(frame.get()).isEqualTo((byte) 4);
      assertThat(frame.getLong()).isZero();
      return frame.getInt();
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%02X %s", first, payload.length > 200 ? "..." : text());
    }
  }

  RawWebSocket(String uri) throws IOException {
    URI parsed = URI.create(uri);
    host = parsed.getHost() + ":" + parsed.getPort();
    socket = new Socket(parsed.getHost(), parsed.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
  }

  /** A request to {@code /lace} with everything right, and more fields. */
  String upgrade(String... fields) {
    return request("GET /lace HTTP/1.1", "Host: " + host, fields);
  }

  static String request(String start, String hostField, String... fields) {
    StringBuilder head = new StringBuilder(start).append("\r\n").append(hostField).append("\r\n");
    head.append("Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n");
    head.append("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ").append(KEY).append("\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  /** Upgrades, and returns the response's head. */
  String open(String... fields) throws IOException {
    send(upgrade(fields));
    String head = head();
    assertThat(head).startsWith("HTTP/1.1 101 ");
    assertThat(head).contains("Sec-WebSocket-Accept: " + Upgrade.accept(KEY) + "\r\n");
    return head;
  }

  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** A head up to its empty line. */
  String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /** The status of the answer to a request, after which the server has closed. */
  int statusOf(String request) throws IOException {
    send(request);
    return status();
  }

  int status() throws IOException {
    String head = head();
    assertThat(head).startsWith("HTTP/1.1 ").contains("Connection: close\r\n");
    in.readAllBytes();
    return Integer.parseInt(head.substring(9, 12));
  }

  /** A masked frame. */
  static byte[] frame(int first, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    if (payload.length < 126) {
      out.write(0x80 | payload.length);
    } else if (payload.length <= 0xFFFF) {
      out.write(0x80 | 126);
      out.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
    } else {
      out.write(0x80 | 127);
      out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
    }
    out.writeBytes(MASK);
    byte[] masked = payload.clone();
    for (int i = 0; i < masked.length; i++) {
      masked[i] ^= MASK[i & 3];
    }
    out.writeBytes(masked);
    return out.toByteArray();
  }

  static byte[] frame(int first, String payload) {
    return frame(first, payload.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  /** A native frame without route and headers. */
  static byte[] lace(int type, long id, String payload) {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(13 + bytes.length)
        .putInt(9 + bytes.length)
        .put((byte) type)
        .putLong(id)
        .put(bytes)
        .array();
  }

  Received read() throws IOException {
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    assertThat(second & 0x80).as("a server does not mask").isZero();
    long length = second;
    if (second == 126) {
      length = in.readUnsignedShort();
    } else if (second == 127) {
      length = in.readLong();
    }
    byte[] payload = new byte[(int) length];
    in.readFully(payload);
    return new Received(first, (first & 0x40) == 0 ? payload : inflated(payload));
  }

  private static byte[] inflated(byte[] payload) throws IOException {
    Inflater inflater = new Inflater(true);
    inflater.setInput(join(payload, new byte[] {0, 0, -1, -1}));
    byte[] out = new byte[1 << 20];
    try {
      return Arrays.copyOf(out, inflater.inflate(out));
    } catch (DataFormatException e) {
      throw new IOException(e);
    } finally {
      inflater.end();
    }
  }

  /** Past all that is not a close frame; its code, after which the server has ended. */
  int readToClose() throws IOException {
    Received next = read();
    while (next.opcode() != 8) {
      next = read();
    }
    assertThat(in.read()).as("the end after the close frame").isEqualTo(-1);
    return next.closeCode();
  }

  void expectAlive() throws IOException {
    send(frame(0x82, lace(0, 77, "alive?")));
    Received answer = read();
    assertThat(answer.payload()).isEqualTo(lace(1, 77, "alive?"));
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
