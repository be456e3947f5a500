package io.wirelace.transport.udp;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Carries datagrams between a server and whoever sent to it last, and sends others in the name of
 * either: what somebody off the path can do who forges addresses.
 */
final class OnePath implements AutoCloseable {
  private final DatagramSocket front = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  private final DatagramSocket back = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  private final List<byte[]> toServer = new CopyOnWriteArrayList<>();
  private final List<byte[]> toClient = new CopyOnWriteArrayList<>();
  private final InetSocketAddress server;
  private volatile @Nullable SocketAddress client;
  private volatile boolean cut;

  OnePath(String serverUri) throws IOException {
    server =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), URI.create(serverUri).getPort());
    Thread.ofPlatform().daemon().start(() -> forward(front));
    Thread.ofPlatform().daemon().start(() -> forward(back));
  }

  String uri() {
    return "udp://127.0.0.1:" + front.getLocalPort();
  }

  /** Whether nothing is carried. */
  void cut(boolean yes) {
    cut = yes;
  }

  /** All that clients have sent. */
  List<byte[]> toServer() {
    return toServer;
  }

  /** All that the server has sent. */
  List<byte[]> toClient() {
    return toClient;
  }

  void forgeToServer(String digits) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(digits.replace(" ", ""));
    back.send(new DatagramPacket(bytes, bytes.length, server));
  }

  void forgeToClient(String digits) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(digits.replace(" ", ""));
    front.send(new DatagramPacket(bytes, bytes.length, client));
  }

  private void forward(DatagramSocket socket) {
    byte[] bytes = new byte[65_535];
    try {
      while (!socket.isClosed()) {
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        socket.receive(packet);
        boolean fromClient = socket.equals(front);
        if (fromClient) {
          client = packet.getSocketAddress();
        }
        SocketAddress to = fromClient ? server : client;
        boolean carried = !cut;
        (fromClient ? toServer : toClient).add(Arrays.copyOf(bytes, packet.getLength()));
        if (carried && to != null) {
          packet.setSocketAddress(to);
          (fromClient ? back : front).send(packet);
        }
      }
    } catch (SocketException e) {
      // Closed.
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    front.close();
    back.close();
  }
}
