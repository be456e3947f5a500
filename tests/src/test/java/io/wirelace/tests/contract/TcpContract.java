package io.wirelace.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.error.WirelaceException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What TCP has beyond the contract of all transports. */
abstract class TcpContract extends FlowContract {
  @Override
  String listenUri() {
    return "tcp://127.0.0.1:0";
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
  void aResetFailsWhatIsPending() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        Client client =
            client().greeting(false).connect("tcp://127.0.0.1:" + listener.getLocalPort())) {
      CompletableFuture<byte[]> answer;
      try (Socket peer = listener.accept()) {
        answer = client.requestAsync("echo", bytes(1));
        InputStream in = peer.getInputStream();
        assertThat(in.readNBytes(13)).hasSize(13);
        peer.setSoLinger(true, 0);
      }
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-603));
      await().until(() -> !client.isOpen());
    }
  }
}
