package io.wirelace.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Unix sockets have beyond the contract of all transports. */
abstract class UnixContract extends FlowContract {
  private static final AtomicInteger NEXT = new AtomicInteger();

  @TempDir Path folder;

  @Override
  String listenUri() {
    return "unix:" + folder.resolve("lace-" + NEXT.incrementAndGet() + ".sock");
  }

  @Test
  void bothSidesKnowThePath() {
    try (Server server = echo();
        Client client = client().connect(server.uri())) {
      String path = server.uri().substring("unix:".length());
      client.request("echo", bytes(1));
      assertThat(client.session().peer()).hasToString(path);
      assertThat(server.sessions()).allMatch(s -> s.local().toString().equals(path));
      assertThat(server.sessions()).noneMatch(s -> s.peer().toString().isEmpty());
      assertThat(server.io()).containsExactly(io());
    }
  }

  @Test
  void aPeerThatEndsItsDirectionStillGetsItsAnswers() throws Exception {
    try (Server server = echo();
        SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      peer.connect(UnixDomainSocketAddress.of(server.uri().substring("unix:".length())));
      byte[] requests = new byte[13 * 1000];
      for (int i = 0; i < 1000; i++) {
        requests[13 * i + 3] = 9;
        requests[13 * i + 11] = (byte) ((i + 1) >> 8);
        requests[13 * i + 12] = (byte) (i + 1);
      }
      Channels.newOutputStream(peer).write(requests);
      peer.shutdownOutput();
      // Each is an ERROR, as there is no default route; of more than 13 bytes.
      assertThat(Channels.newInputStream(peer).readAllBytes().length).isGreaterThan(22 * 1000);
    }
  }

  /** More than the socket takes at once still has to go when the peer has ended. */
  @Test
  void aPeerThatEndsItsDirectionGetsALargeAnswerWhole() throws Exception {
    int bytes = 4 * 1024 * 1024;
    try (Server server = server().defaultRoute((session, message) -> message.body()).start();
        SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      peer.connect(UnixDomainSocketAddress.of(server.uri().substring("unix:".length())));
      ByteBuffer request =
          ByteBuffer.allocate(13 + bytes).putInt(9 + bytes).put((byte) 0).putLong(1);
      Channels.newOutputStream(peer).write(request.array());
      peer.shutdownOutput();
      assertThat(Channels.newInputStream(peer).readAllBytes()).hasSize(13 + bytes);
    }
  }

  @Test
  void aPeerThatGoesFailsWhatIsPendingThere() throws Exception {
    Path path = folder.resolve("raw.sock");
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
      try (Client client = client().greeting(false).connect("unix:" + path)) {
        CompletableFuture<byte[]> answer;
        try (SocketChannel peer = listener.accept()) {
          answer = client.requestAsync("echo", bytes(1));
          InputStream in = Channels.newInputStream(peer);
          assertThat(in.readNBytes(13)).hasSize(13);
        }
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
            .cause()
            .isInstanceOfSatisfying(
                WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-603));
        await().until(() -> !client.isOpen());
      }
    }
  }

  @Test
  void aFileThatIsNoSocketIsARefusalToo() throws Exception {
    Path file = java.nio.file.Files.createFile(folder.resolve("plain"));
    Result<Client> result = client().tryConnect("unix:" + file);
    assertThat(((Result.Err<Client>) result).fault().number()).isEqualTo(-601);
  }
}
