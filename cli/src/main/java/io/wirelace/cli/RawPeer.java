package io.wirelace.cli;

import io.wirelace.transport.Endpoint;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.HexFormat;
import java.util.Locale;

/** A peer that speaks in bytes, and not always the right ones. Used by one thread. */
final class RawPeer implements AutoCloseable {
  private static final int TIMEOUT_MS = 5000;
  private static final int ERROR = 4;
  private static final int ID_BYTES = 8;

  private final Socket socket;

  RawPeer(Endpoint endpoint) throws IOException {
    socket = new Socket(endpoint.host(), endpoint.port());
    socket.setSoTimeout(TIMEOUT_MS);
  }

  void send(String hex) throws IOException {
    socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
    socket.getOutputStream().flush();
  }

  /** The next frame in words: {@code ERROR -642}, or {@code kind 1, 4 bytes}. */
  String frame() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    int length = in.readInt();
    int kind = in.readUnsignedByte() & 0x1F;
    in.readLong();
    int bytes = length - 1 - ID_BYTES;
    if (kind != ERROR) {
      in.skipNBytes(bytes);
      return String.format(Locale.ROOT, "kind %d, %d bytes", kind, bytes);
    }
    int code = in.readInt();
    in.skipNBytes(bytes - Integer.BYTES);
    return "ERROR " + code;
  }

  /** Whether the other side ends the connection. */
  boolean isClosed() {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException e) {
      return !(e instanceof SocketTimeoutException); // a reset is an end too
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
