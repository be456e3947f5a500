package io.wirelace.quic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.error.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers that are not ours: aioquic as a client and as a server, in Python. */
class AioquicTest extends QuicCase {
  private static final Path VENV = Path.of("target", "aioquic").toAbsolutePath();
  private static final Path PYTHON = VENV.resolve("bin").resolve("python");

  @TempDir private static Path folder;

  @BeforeAll
  @Timeout(value = 4, unit = TimeUnit.MINUTES)
  static void aioquicMustInstall() throws Exception {
    if (!runs(10, PYTHON.toString(), "-c", "import aioquic")) {
      boolean installed =
          runs(60, "python3", "-m", "venv", VENV.toString())
              && runs(120, PYTHON.toString(), "-m", "pip", "install", "-q", "aioquic");
      Assumptions.assumeTrue(installed, "skipped, aioquic does not install here (python3, pip)");
    }
    try (InputStream in = AioquicTest.class.getResourceAsStream("peer.py")) {
      Files.write(script(), Objects.requireNonNull(in).readAllBytes());
    }
  }

  private static Path script() {
    return folder.resolve("peer.py");
  }

  private static boolean runs(int seconds, String... command) throws Exception {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  private static Process peer(String... arguments) throws IOException {
    List<String> command = new java.util.ArrayList<>(List.of(PYTHON.toString(), "-u"));
    command.add(script().toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String walk(Server server) throws Exception {
    Process client = peer("client", String.valueOf(port(server)), TLS.ca());
    String said = new String(client.getInputStream().readAllBytes(), UTF_8);
    assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  private static final String[] STEPS = {
    "handshake",
    "greeting",
    "request",
    "streams",
    "two-megabytes",
    "ended-stream",
    "key-update",
    "migration",
    "nat-rebinding",
    "close-code"
  };

  @Test
  void aForeignClientSpeaksByTheSpecificationAlone() throws Exception {
    try (Server server = server("").start();
        Client other = client().connect(server.uri())) {
      String said = walk(server);
      for (String step : STEPS) {
        assertThat(said).contains("ok " + step + "\n");
      }
      assertThat(said).contains("migration-disabled False");
      assertThat(other.request("echo", new byte[] {1})).hasSize(1);
    }
  }

  @Test
  void aForeignClientProvesItsAddressWhenAsked() throws Exception {
    try (Server server = server("?retry-above=0&migration=false").start()) {
      String said = walk(server);
      assertThat(said).contains("ok handshake\n", "ok request\n", "migration-disabled True");
    }
  }

  /** Runs something against a foreign server. */
  private interface Visit {
    void at(int port) throws Exception;
  }

  private static void withServer(String alpn, String retry, Visit visit) throws Exception {
    Process process = peer("server", TLS.cert(), TLS.key(), alpn, retry);
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      assertThat(line).startsWith("port ");
      visit.at(Integer.parseInt(line.substring(5)));
    } finally {
      process.destroy();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void ourClientCallsAForeignServer() throws Exception {
    for (String retry : new String[] {"plain", "retry"}) {
      withServer(
          "lace/1",
          retry,
          port -> {
            try (Client client = client().connect(at(port))) {
              byte[] body = new byte[300_000];
              assertThat(client.request("echo", "hi".getBytes(UTF_8))).asString().isEqualTo("hi");
              assertThat(client.request("echo", body, Duration.ofSeconds(20))).isEqualTo(body);
            }
          });
    }
  }

  @Test
  void aServerOfAnotherProtocolIsNamedAsSuch() throws Exception {
    withServer(
        "h3",
        "plain",
        port -> {
          Fault fault = faultOf(client().tryConnect(at(port)));
          assertThat(fault.number()).isEqualTo(-606);
          assertThat(fault.message()).contains("lace/1");
        });
  }
}
