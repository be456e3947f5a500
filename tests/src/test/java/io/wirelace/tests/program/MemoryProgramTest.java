package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Wirelace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code lace serve} where memory is short, because of its peers or for good. */
class MemoryProgramTest {
  private static final int PEERS = 300;
  private static final int ECHO_BYTES = 16_000;
  private static final int REQUEST = 0;

  private static byte[] request(long id, byte[] route, byte[] body) {
    int routed = route.length == 0 ? 0 : 1 + route.length;
    ByteBuffer frame = ByteBuffer.allocate(13 + routed + body.length);
    frame.putInt(9 + routed + body.length).put((byte) (REQUEST | (routed == 0 ? 0 : 0x40)));
    frame.putLong(id);
    if (routed > 0) {
      frame.put((byte) route.length).put(route);
    }
    return frame.put(body).array();
  }

  private static Socket connect(String uri) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8 * 1024);
    URI at = URI.create(uri);
    socket.connect(new InetSocketAddress(at.getHost(), at.getPort()));
    return socket;
  }

  /** Asks for 6.4 MB, more than the system keeps for one connection, and reads nothing. */
  private static void ask(Socket socket) {
    byte[] echo = request(1, new byte[0], new byte[ECHO_BYTES]);
    try {
      for (int id = 1; id <= 400; id++) {
        ByteBuffer.wrap(echo).putLong(5, id);
        socket.getOutputStream().write(echo);
      }
    } catch (IOException e) {
      return; // it was ended
    }
  }

  @Test
  void plainServeSurvivesPeersThatAskForEchoesAndDoNotReadAndEndsTheLargest() throws Exception {
    try (LaceProcess server = LaceProcess.start("serve", "--listen", "tcp://127.0.0.1:0")) {
      String uri = server.uri();
      List<Socket> sockets = new ArrayList<>();
      List<Thread> asking = new ArrayList<>();
      try (Client healthy = Wirelace.connect(uri)) {
        for (int i = 0; i < PEERS; i++) {
          Socket socket = connect(uri);
          sockets.add(socket);
          asking.add(Thread.ofVirtual().start(() -> ask(socket)));
        }
        await()
            .atMost(Duration.ofSeconds(45))
            .until(() -> {
              assertThat(healthy.request("", new byte[100], Duration.ofSeconds(30))).hasSize(100);
              return server.err().contains("memory is short: session");
            });
      } finally {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
      for (Thread one : asking) {
        one.join();
      }
      try (Client after = Wirelace.connect(uri)) {
        for (int i = 0; i < 100; i++) {
          assertThat(after.request("", new byte[1000], Duration.ofSeconds(30))).hasSize(1000);
        }
      }
      server.terminate();
      assertThat(server.awaitExit()).as("it has ended by itself").isZero();
      assertThat(server.err()).doesNotContain("OutOfMemoryError");
    }
  }

  /** Handlers that hold more than there is; the launcher's own JVM option is not given here. */
  @Test
  void withoutMemoryItExitsRatherThanGoOnHalf() throws Exception {
    byte[] body = new byte[6_000_000];
    Arrays.fill(body, (byte) ' ');
    byte[] milliseconds = "60000".getBytes(UTF_8);
    System.arraycopy(milliseconds, 0, body, 0, milliseconds.length);
    try (LaceProcess server =
        LaceProcess.startWith(
            List.of("-Xmx48m", "-XX:MaxDirectMemorySize=512m"),
            "serve",
            "--demo",
            "--set",
            "memory-budget=1GiB",
            "--set",
            "mailbox-bytes=1GiB",
            "--listen",
            "tcp://127.0.0.1:0")) {
      String uri = server.uri();
      try (Socket socket = connect(uri)) {
        for (int id = 1; id <= 30; id++) {
          socket.getOutputStream().write(request(id, "sleep".getBytes(UTF_8), body));
        }
      } catch (IOException e) {
        // It has exited already.
      }
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.err()).contains("OutOfMemoryError");
    }
  }
}
