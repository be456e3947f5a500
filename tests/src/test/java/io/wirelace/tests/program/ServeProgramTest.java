package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wirelace.Client;
import io.wirelace.Wirelace;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lace serve} as a process. */
class ServeProgramTest {

  @Test
  void itPrintsWhereItListensAndThatItIsReadyAndNothingElse() throws Exception {
    try (LaceProcess server =
        LaceProcess.start("serve", "--listen", "tcp://127.0.0.1:0", "--listen", "memory://a")) {
      assertThat(server.line()).matches("listening tcp://127\\.0\\.0\\.1:[1-9]\\d*");
      assertThat(server.line()).isEqualTo("listening memory://a");
      assertThat(server.line()).isEqualTo("ready");

      server.terminate();

      assertThat(server.awaitExit()).isZero();
      assertThat(server.rest()).isEmpty();
      assertThat(server.err()).contains("listening on tcp://127.0.0.1:", "stopped");
    }
  }

  @Test
  void jsonIsOneObjectALine() throws Exception {
    try (LaceProcess server =
        LaceProcess.start("serve", "--json", "--listen", "tcp://127.0.0.1:0", "--set", "io=nio")) {
      assertThat(server.line())
          .matches(
              "\\{\"event\":\"listening\",\"uri\":\"tcp://127\\.0\\.0\\.1:\\d+\",\"io\":\"nio\"}");
      assertThat(server.line()).isEqualTo("{\"event\":\"ready\"}");
    }
  }

  @Test
  void withoutDemoThereIsOnlyTheEchoOfMessagesWithoutARoute() throws Exception {
    try (LaceProcess server = LaceProcess.start("serve", "--listen", "tcp://127.0.0.1:0");
        Client client = Wirelace.connect(server.uri())) {
      assertThat(client.request("", "back".getBytes(UTF_8))).asString(UTF_8).isEqualTo("back");
    }
  }

  @Test
  void sigtermFinishesWhatRuns() throws Exception {
    try (LaceProcess server = LaceProcess.server();
        Client client = Wirelace.connect(server.uri())) {
      CompletableFuture<byte[]> sleep = client.requestAsync("sleep", "1500".getBytes(UTF_8));
      client.request("echo", new byte[0]); // came after it, so that one runs

      server.terminate();

      assertThat(sleep.get(20, TimeUnit.SECONDS)).asString(UTF_8).isEqualTo("1500");
      assertThat(server.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSecondSignalHurriesAndWhoWaitsIsTold(boolean byTerm) throws Exception {
    assumeTrue(
        byTerm || LaceProcess.interruptsAreTaken(),
        "SIGINT is ignored here, as in a shell's background");
    try (LaceProcess server = LaceProcess.server("--set", "drain-timeout=1h");
        Client client = Wirelace.connect(server.uri())) {
      CompletableFuture<byte[]> sleep = client.requestAsync("sleep", "3600000".getBytes(UTF_8));
      client.request("echo", new byte[0]); // came after it, so that one runs

      while (!sleep.isDone()) { // signals within half a second are one; it ends at the first later
        if (byTerm) {
          server.terminate();
        } else {
          server.interrupt();
        }
        Thread.sleep(200);
      }

      assertThat(sleep)
          .failsWithin(0, TimeUnit.SECONDS)
          .withThrowableThat()
          .withMessageContaining("-663");
      assertThat(server.awaitExit()).isZero();
      assertThat(server.err()).contains("once more", "1 sessions were cut off");
    }
  }

  @Test
  void sigtermDeliversWhatIsQueued() throws Exception {
    try (LaceProcess server = LaceProcess.server();
        Socket peer = connect(server.uri())) {
      DataInputStream in = new DataInputStream(peer.getInputStream());
      peer.getOutputStream().write(request("flood", "20000 1000"));
      readFrame(in); // it has begun

      server.terminate();
      int frames = 1;
      while (readFrame(in)) {
        frames++;
      }

      assertThat(frames).isEqualTo(20_001); // with the answer
      assertThat(server.awaitExit()).isZero();
    }
  }

  @Test
  void sigtermDoesNotWaitForeverForAPeerThatDoesNotRead() throws Exception {
    try (LaceProcess server =
            LaceProcess.server("--set", "drain-timeout=500ms", "--set", "close-timeout=500ms");
        Socket peer = connect(server.uri())) {
      peer.getOutputStream().write(request("flood", "100000 10000"));
      readFrame(new DataInputStream(peer.getInputStream()));

      server.terminate();

      assertThat(server.awaitExit()).isZero();
    }
  }

  private static Socket connect(String uri) throws Exception {
    Socket socket =
        new Socket(
            InetAddress.getLoopbackAddress(),
            Integer.parseInt(uri.substring(uri.lastIndexOf(':') + 1)));
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** A REQUEST, routed, with the id 1. */
  private static byte[] request(String route, String body) {
    int payload = 1 + route.length() + body.length();
    return ByteBuffer.allocate(13 + payload)
        .putInt(9 + payload)
        .put((byte) 0x40)
        .putLong(1)
        .put((byte) route.length())
        .put(route.getBytes(UTF_8))
        .put(body.getBytes(UTF_8))
        .array();
  }

  /** Reads over one frame; false at the end. */
  private static boolean readFrame(DataInputStream in) throws Exception {
    byte[] length = in.readNBytes(4);
    if (length.length < 4) {
      return false;
    }
    in.skipNBytes(ByteBuffer.wrap(length).getInt());
    return true;
  }
}
