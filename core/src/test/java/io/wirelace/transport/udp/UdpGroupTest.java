package io.wirelace.transport.udp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.session.Session;
import io.wirelace.wire.FrameHeader;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener that hears a multicast group, on the loopback interface. */
class UdpGroupTest {
  private static final byte[] GROUP = {(byte) 239, (byte) 255, 74, 20};

  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();

  private Server listen(String io, String options) {
    return listen(io, options, FrameHeader.MAX_LENGTH);
  }

  private Server listen(String io, String options, int maxFrameBytes) {
    return Wirelace.server()
        .maxFrameBytes(maxFrameBytes)
        .listen("udp://127.0.0.1:0?group=239.255.74.20" + options)
        .io(io)
        .defaultRoute((session, message) -> message.body())
        .receive("news", (session, message) -> heard.add(message.text()))
        .on(events::add)
        .start();
  }

  private static NetworkInterface loopback() throws IOException {
    return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
  }

  private static MulticastSocket sender() throws IOException {
    MulticastSocket socket =
        new MulticastSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback());
    socket.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
    socket.setSoTimeout(200);
    return socket;
  }

  private static void send(MulticastSocket from, int port, byte[] bytes) throws IOException {
    from.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByAddress(GROUP), port));
  }

  private static byte[] news(String text) {
    return RawSource.frame(0x42, 0, "\u0004news" + text);
  }

  /** Tries with sockets of the JDK alone; a container may have no such route. */
  private static void assumeMulticast() throws IOException {
    try (MulticastSocket receiver = new MulticastSocket(0);
        MulticastSocket sender = sender()) {
      receiver.joinGroup(new InetSocketAddress(InetAddress.getByAddress(GROUP), 0), loopback());
      receiver.setSoTimeout(2000);
      send(sender, receiver.getLocalPort(), new byte[1]);
      receiver.receive(new DatagramPacket(new byte[9], 9));
    } catch (IOException e) {
      System.out.println("UdpGroupTest is skipped, no multicast on loopback here: " + e);
      Assumptions.abort("no multicast on loopback here: " + e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void notificationsToAGroupAreHeardAndNothingIsAnswered(String io) throws IOException {
    assumeMulticast();
    try (Server server = listen(io, "&interface=" + loopback().getName());
        MulticastSocket one = sender();
        MulticastSocket two = sender();
        Client ordinary = Wirelace.client().io(io).connect(server.uri())) {
      int port = URI.create(server.uri()).getPort();
      send(one, port, news("first"));
      send(two, port, news("second"));
      await().until(() -> heard.size() == 2);
      assertThat(heard).containsExactlyInAnyOrder("first", "second");
      assertThat(server.sessions()).hasSize(2); // the group's, and the client's

      byte[][] others = {
        RawSource.frame(0, 1, "a request that is long enough"),
        RawSource.frame(5, 0, "\0\1\0\0"),
        RawSource.frame(3, 0, "\0aclockof8"),
        RawSource.frame(4, 0, "an error about it all"),
        new byte[0],
        new byte[30],
        "garbage".getBytes(UTF_8)
      };
      for (byte[] other : others) {
        send(one, port, other);
      }
      await()
          .untilAsserted(() ->
              assertThat(
                      events.stream()
                          .filter(
                              e -> e instanceof Event.DatagramsDropped d && d.why() == Drop.FOREIGN)
                          .mapToLong(e -> ((Event.DatagramsDropped) e).count())
                          .sum())
                  .isEqualTo(others.length));
      assertThatThrownBy(() -> one.receive(new DatagramPacket(new byte[100], 100)))
          .isInstanceOf(SocketTimeoutException.class);

      Session group =
          server.sessions().stream()
              .filter(s -> s.peer().toString().contains("239.255.74.20"))
              .findFirst()
              .orElseThrow();
      assertThatThrownBy(() -> group.send("", new byte[1]))
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-642));
      assertThat(ordinary.request("", new byte[2])).hasSize(2);

      group.close();
      await().until(() -> server.sessions().size() == 1);
      send(one, port, news("third"));
      await().until(() -> heard.contains("third"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void whatIsWrongWithOneNotificationHarmsNoOther(String io) throws IOException {
    assumeMulticast();
    byte[][] torn = {
      RawSource.frame(0x42, 0, ""), // no route block
      RawSource.frame(0x42, 0, " cut"), // a route that is longer than the frame
      RawSource.frame(0x82, 0, "\0\7\1"), // seven headers, and half of one is there
      RawSource.frame(0x62, 0, "\u0004news no compressed body"),
      RawSource.frame(0x42, 0, "\u0004news" + "x".repeat(2000)) // over the server's max-frame-bytes
    };
    try (Server server = listen(io, "&interface=" + loopback().getName(), 1000);
        MulticastSocket one = sender();
        MulticastSocket two = sender()) {
      int port = URI.create(server.uri()).getPort();
      send(one, port, news("first"));
      await().until(() -> heard.contains("first"));
      for (byte[] frame : torn) {
        send(two, port, frame);
      }
      send(one, port, news("last"));
      await().until(() -> heard.contains("last"));
      assertThat(heard).containsExactly("first", "last");
      assertThat(events)
          .noneMatch(e -> e instanceof Event.Closed || e instanceof Event.Violated)
          .filteredOn(e -> e instanceof Event.Opened)
          .hasSize(1);
      await().untilAsserted(() -> assertThat(dropped()).isEqualTo(torn.length));
    }
  }

  /** By the socket, and by the session. */
  private long dropped() {
    return events.stream()
        .mapToLong(event ->
            switch (event) {
              case Event.DatagramsDropped d -> d.count();
              case Event.Dropped d -> d.count();
              default -> 0;
            })
        .sum();
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void anInterfaceThatIsNotThereIsABindFailure(String io) {
    assertThatThrownBy(() -> listen(io, "&interface=none9"))
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-662))
        .hasMessageContaining("none9");
  }
}
