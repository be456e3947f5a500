package io.wirelace.transport.udp;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Stands between clients and a server, loses some datagrams and doubles some, both ways. */
final class LossyRelay implements AutoCloseable {
  private final DatagramSocket front = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  private final Map<SocketAddress, DatagramSocket> backs = new ConcurrentHashMap<>();
  private final InetSocketAddress server;
  private final DoubleSupplier random;
  private volatile double loss;

  LossyRelay(String serverUri, double loss, long seed) throws IOException {
    this.loss = loss;
    Random source = new Random(seed);
    random = source::nextDouble;
    server =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), URI.create(serverUri).getPort());
    Thread.ofPlatform().daemon().start(this::forward);
  }

  String uri() {
    return "udp://127.0.0.1:" + front.getLocalPort();
  }

  void loss(double share) {
    loss = share;
  }

  private void forward() {
    receive(front, null);
  }

  /** From the front to a socket of each client's own, or from one of those back to its client. */
  private void receive(DatagramSocket socket, @Nullable SocketAddress client) {
    byte[] bytes = new byte[65_535];
    try {
      while (!socket.isClosed()) {
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        socket.receive(packet);
        DatagramSocket out = client == null ? back(packet.getSocketAddress()) : front;
        packet.setSocketAddress(client == null ? server : client);
        double fate = random.getAsDouble();
        for (int copies = fate < loss ? 0 : fate > 0.95 ? 2 : 1; copies > 0; copies--) {
          out.send(packet);
        }
      }
    } catch (SocketException e) {
      // Closed.
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private DatagramSocket back(SocketAddress client) {
    return backs.computeIfAbsent(
        client,
        fresh -> {
          try {
            DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            Thread.ofPlatform().daemon().start(() -> receive(socket, fresh));
            return socket;
          } catch (SocketException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  @Override
  public void close() {
    front.close();
    backs.values().forEach(DatagramSocket::close);
  }
}
