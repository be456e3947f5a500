package io.wirelace.quic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Stands between one client and a server: loses some datagrams, and can go on from another port as
 * a NAT does that has forgotten.
 */
final class UdpRelay implements AutoCloseable {
  private final DatagramSocket front = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  private final InetSocketAddress server;
  private final AtomicInteger lost = new AtomicInteger();
  private final AtomicInteger carried = new AtomicInteger();
  private final Random random;
  private volatile int lossPercent;
  private volatile int mostBytes = 65_536;
  private volatile int pauseMs;
  private final AtomicInteger longest = new AtomicInteger();
  private volatile DatagramSocket back;
  private volatile @Nullable SocketAddress client;

  UdpRelay(int serverPort, int lossPercent, long seed) throws IOException {
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
    this.lossPercent = lossPercent;
    this.random = new Random(seed);
    this.back = openBack();
    Thread.ofPlatform().daemon().name("relay-to-server").start(this::toServer);
  }

  int port() {
    return front.getLocalPort();
  }

  /** Loses so many of a hundred from now on. */
  void lose(int percent) {
    lossPercent = percent;
  }

  /** Loses all that are longer from now on, without a word. */
  void carryAtMost(int bytes) {
    mostBytes = bytes;
  }

  /** Passes one datagram to the client in so many milliseconds from now on. */
  void slow(int ms) {
    pauseMs = ms;
  }

  int lost() {
    return lost.get();
  }

  /** Bytes of the longest datagram so far. */
  int longest() {
    return longest.get();
  }

  int carried() {
    return carried.get();
  }

  /** The server sees the client at another port from now on. */
  void move() throws IOException {
    DatagramSocket before = back;
    back = openBack();
    before.close();
  }

  int portTowardsServer() {
    return back.getLocalPort();
  }

  private DatagramSocket openBack() throws IOException {
    DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("relay-to-client").start(() -> toClient(socket));
    return socket;
  }

  private synchronized boolean isLost(int bytes) {
    boolean gone = random.nextInt(100) < lossPercent || bytes > mostBytes;
    (gone ? lost : carried).incrementAndGet();
    return gone;
  }

  private void toServer() {
    pump(
        front,
        packet -> {
          client = packet.getSocketAddress();
          back.send(copy(packet, server));
        });
  }

  private void toClient(DatagramSocket from) {
    pump(
        from,
        packet -> {
          SocketAddress to = client;
          if (to != null) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMs));
            front.send(copy(packet, to));
          }
        });
  }

  private interface Forward {
    void send(DatagramPacket packet) throws IOException;
  }

  private void pump(DatagramSocket from, Forward forward) {
    byte[] buffer = new byte[65_536];
    while (!from.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        from.receive(packet);
        longest.accumulateAndGet(packet.getLength(), Math::max);
        if (!isLost(packet.getLength())) {
          forward.send(packet);
        }
      } catch (IOException e) {
        // Closed, or nobody listens there any more: like the network, we do not care.
      }
    }
  }

  private static DatagramPacket copy(DatagramPacket packet, SocketAddress to) {
    byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
    return new DatagramPacket(bytes, bytes.length, to);
  }

  @Override
  public void close() {
    front.close();
    back.close();
  }

  static UdpRelay to(int serverPort, int lossPercent, long seed) {
    try {
      return new UdpRelay(serverPort, lossPercent, seed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
