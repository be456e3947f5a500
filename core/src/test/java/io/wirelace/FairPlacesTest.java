package io.wirelace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wirelace.error.ErrorCode;
import io.wirelace.metrics.Event;
import io.wirelace.transport.IoBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nobody shuts a port for the others. */
final class FairPlacesTest {
  private final List<Event> events = new CopyOnWriteArrayList<>();

  private Server serve(ServerBuilder builder) {
    return builder.on(events::add).defaultRoute((context, message) -> message.body()).start();
  }

  private static Socket raw(Server server) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), URI.create(server.uri()).getPort());
  }

  @Test
  void silentConnectionsOfOneSourceDoNotShutASharedPort() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try (Server server = serve(Wirelace.server().listen("any://127.0.0.1:0?max-undecided=8"))) {
      for (int i = 0; i < 20; i++) {
        silent.add(raw(server));
      }
      await().until(() -> server.denied() >= 12);
      String uri = server.uri().replace("any:", "tcp:").replaceAll("\\?.*", "");
      try (Client client = Wirelace.connect(uri)) {
        assertThat(client.request("", new byte[] {1})).containsExactly(1);
      }
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void silentConnectionsGiveTheirPlacesToOthersAndAreTold() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try (Server server = serve(Wirelace.server().listen("tcp://127.0.0.1:0").maxConnections(8))) {
      try {
        for (int i = 0; i < 8; i++) {
          silent.add(raw(server));
        }
        await().until(() -> server.sessions().size() == 8);
        await()
            .pollDelay(Duration.ofMillis(100))
            .ignoreExceptions()
            .until(() -> {
              try (Client client = Wirelace.connect(server.uri())) { // refused for a second
                return client.request("", new byte[] {1}).length == 1;
              }
            });
        assertThat(events)
            .anyMatch(e ->
                e instanceof Event.Denied denied
                    && denied.fault().is(ErrorCode.CONNECTION_LIMIT)
                    && denied.fault().message().contains("not said anything"));
      } finally {
        for (Socket socket : silent) {
          socket.close();
        }
      }
    }
  }

  @Test
  void oneAddressHasItsShareAndOthersComeIn() throws IOException {
    try (Server server =
        serve(
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .maxConnections(8)
                .maxConnectionsPerSource(2))) {
      try (Client first = Wirelace.connect(server.uri());
          Client second = Wirelace.connect(server.uri())) {
        assertThatThrownBy(() -> Wirelace.connect(server.uri()))
            .hasMessageContaining("-609")
            .hasMessageContaining("max-connections-per-source");
        try (Client other = Wirelace.connect(server.uri() + "?bind=127.0.0.2")) {
          assertThat(other.request("", new byte[] {1})).containsExactly(1);
        }
        assertThat(first.request("", new byte[] {1})).containsExactly(1);
        assertThat(second.request("", new byte[] {1})).containsExactly(1);
      }
    }
  }

  @Test
  void oneThatWasTurnedAwayTakesNoPlace() throws IOException {
    try (Server server = serve(Wirelace.server().listen("tcp://127.0.0.1:0").maxConnections(1))) {
      Client first = Wirelace.connect(server.uri());
      try (Socket turnedAway = raw(server)) {
        assertThat(turnedAway.getInputStream().read()).isZero(); // its -609, and it stays
        first.close();
        await().until(() -> server.sessions().isEmpty());
        try (Client next = Wirelace.connect(server.uri())) {
          assertThat(next.request("", new byte[] {1})).containsExactly(1);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = IoBackend.class,
      names = {"EPOLL", "NIO", "IO_URING"})
  void aPortIsFreeWhenCloseHasReturned(IoBackend io) throws IOException {
    assumeTrue(io.whyNot() == null, "SKIP: no " + io);
    for (int i = 0; i < 10; i++) {
      Server server = serve(Wirelace.server().io(io.label()).listen("tcp://127.0.0.1:0"));
      int port = URI.create(server.uri()).getPort();
      server.close();
      try (ServerSocket free = new ServerSocket()) {
        free.setReuseAddress(true);
        free.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      }
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().startsWith("lace-io"));
    }
  }
}
