package io.wirelace.tests.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Wirelace;
import io.wirelace.transport.IoBackend;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lace serve} that may have few files open, and more connections than that. */
class OutOfFilesProgramTest {
  private static final int FILES = 100;
  private static final int MOST_LINES = 20;

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "io_uring"})
  void itPausesSaysSoOnceAndGoesOnWhenThereIsRoom(String io) throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped, no sh here");
    Throwable whyNot = IoBackend.valueOf(io.toUpperCase(Locale.ROOT)).whyNot();
    Assumptions.assumeTrue(
        whyNot == null, () -> "skipped, " + io + " does not work here: " + whyNot);
    try (LaceProcess server =
        LaceProcess.startWithFiles(
            FILES, "serve", "--listen", "tcp://127.0.0.1:0", "--set", "io=" + io)) {
      String uri = server.uri();
      List<Socket> peers = connect(uri, FILES + 20);
      try {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> server.err().contains("cannot accept: "));
        Duration before = server.processorTime();
        Thread.sleep(2000); // what it does in this time is what is measured
        assertThat(server.processorTime().minus(before)).isLessThan(Duration.ofMillis(1200));
        assertThat(server.err().lines()).hasSizeLessThan(MOST_LINES);
        assertThat(server.err()).doesNotContain("Exception");
      } finally {
        for (Socket peer : peers) {
          peer.close();
        }
      }
      try (Client client = Wirelace.connect(uri)) {
        assertThat(client.request("", new byte[] {1})).containsExactly(1);
      }
      server.terminate();
      assertThat(server.awaitExit()).isZero();
    }
  }

  private static List<Socket> connect(String uri, int count) throws IOException {
    URI at = URI.create(uri);
    List<Socket> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(new Socket(at.getHost(), at.getPort())); // the kernel takes those that wait
    }
    return peers;
  }
}
