package io.wirelace.quic;

import io.netty.util.internal.SocketUtils;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plain UDP socket that sends a server whatever a test makes up. */
final class RawDatagrams implements AutoCloseable {
  private final DatagramSocket socket;
  private final InetSocketAddress server;

  RawDatagrams(int serverPort) throws IOException {
    this("127.0.0.1", serverPort);
  }

  RawDatagrams(String serverHost, int serverPort) throws IOException {
    this.server = new InetSocketAddress(SocketUtils.addressByName(serverHost), serverPort);
    this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  }

  void send(byte[] bytes) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length, server));
  }

  /** What comes within a time, or null. */
  byte @Nullable [] receive(int timeoutMs) throws IOException {
    socket.setSoTimeout(timeoutMs);
    byte[] buffer = new byte[65_536];
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    try {
      socket.receive(packet);
      return Arrays.copyOf(buffer, packet.getLength());
    } catch (SocketTimeoutException e) {
      return null;
    }
  }

  /** All that comes until nothing has come for a time. */
  List<byte[]> receiveAll(int quietMs) throws IOException {
    List<byte[]> all = new ArrayList<>();
    byte[] next;
    while ((next = receive(quietMs)) != null) {
      all.add(next);
    }
    return all;
  }

  /** An Initial packet (RFC 9000, section 17.2.2) that nobody can decrypt. */
  static byte[] initial(int version, long dcid) {
    ByteBuffer packet = ByteBuffer.allocate(1200);
    packet.put((byte) 0xC3).putInt(version);
    packet.put((byte) 8).putLong(dcid);
    packet.put((byte) 8).putLong(~dcid);
    packet.put((byte) 0); // no token
    packet.putShort((short) (0x4000 | (packet.remaining() - 2))); // the rest, as a varint
    return packet.array();
  }

  /** The first datagram of one of our own clients. */
  static byte[] realInitial() throws IOException {
    try (DatagramSocket trap = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      var connecting =
          QuicCase.client()
              .connectAsync(QuicCase.at(trap.getLocalPort()) + "?connect-timeout=5s")
              .toCompletableFuture();
      byte[] buffer = new byte[65_536];
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      trap.setSoTimeout(5000);
      trap.receive(packet);
      connecting.cancel(true);
      return Arrays.copyOf(buffer, packet.getLength());
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
