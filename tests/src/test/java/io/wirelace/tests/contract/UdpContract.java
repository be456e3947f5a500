package io.wirelace.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.error.CloseReason;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.Session;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The contract over UDP, as far as it applies. {@link FlowContract} does not: all its rules are
 * about much traffic, which is to arrive whole and in order however slow its reader is, and that is
 * what datagrams do not promise; what a flood over UDP does instead is a rule of its own here.
 */
abstract class UdpContract extends TransportContract {
  @Override
  String listenUri() {
    return "udp://127.0.0.1:0";
  }

  @Override
  boolean promisesDelivery() {
    return false;
  }

  @Override
  int mostBodyBytes() {
    return 65_507 - 22 - 13 - 5; // a datagram, its proof, the header, the route "echo"
  }

  @Test
  void portZeroIsReadableAfterTheStart() {
    try (Server server = echo();
        Client client = client().connect(server.uri())) {
      int port = URI.create(server.uri()).getPort();
      assertThat(port).isPositive();
      assertThat(((InetSocketAddress) client.session().peer()).getPort()).isEqualTo(port);
      assertThat(server.io()).containsExactly(io());
    }
  }

  @Test
  void whatFitsNoDatagramIsRefusedWhereItIsSent() {
    try (Server server =
            server()
                .route("echo", (session, message) -> message.body())
                .route("large", (session, message) -> new byte[70_000])
                .start();
        Client client = client().connect(server.uri())) {
      for (int size : new int[] {mostBodyBytes() + 1, 70_000, 1 << 20}) {
        assertThatThrownBy(() -> client.request("echo", new byte[size]))
            .isInstanceOfSatisfying(
                WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-642));
        assertThatThrownBy(() -> client.send("echo", new byte[size])).hasMessageContaining("-642");
      }
      // An answer that fits none fails at the caller, too, without waiting for the timeout.
      assertThat(faultOf(client.tryRequest("large", new byte[0], Duration.ofSeconds(20))).number())
          .isEqualTo(-642);
      assertThat(client.request("echo", bytes(1))).isEqualTo(bytes(1));
    }
  }

  @Test
  void aFloodIsDroppedWhereItHasNoRoomAndHarmsNobody() throws Exception {
    AtomicInteger arrived = new AtomicInteger();
    try (Server server =
            server()
                .receive("n", (session, message) -> arrived.incrementAndGet())
                .route("echo", (session, message) -> message.body())
                .start();
        Client flooder = client().connect(server.uri());
        Client other = client().connect(server.uri())) {
      for (int i = 0; i < 100_000; i++) {
        flooder.send("n", new byte[100]);
      }
      assertThat(arrived.get()).isBetween(1, 100_000);
      await().until(() -> other.tryRequest("echo", bytes(1), Duration.ofSeconds(1)).isOk());
      await().until(() -> flooder.tryRequest("echo", bytes(2), Duration.ofSeconds(1)).isOk());
    }
  }

  @Test
  void aPeerThatClosesIsKnownToHaveGoneAtOnce() throws Exception {
    try (Server server = echo()) {
      Client client = client().connect(server.uri());
      client.request("echo", bytes(1));
      assertThat(server.sessions()).hasSize(1);
      client.close();
      await().atMost(5, TimeUnit.SECONDS).until(() -> server.sessions().isEmpty());

      Client other = client().connect(server.uri());
      server.sessions().forEach(Session::close);
      CloseReason reason = other.whenClosed().toCompletableFuture().get(5, TimeUnit.SECONDS);
      assertThat(reason.initiator()).isEqualTo(CloseReason.Initiator.REMOTE);
      assertThat(reason.fault().number()).isEqualTo(-603);
    }
  }
}
