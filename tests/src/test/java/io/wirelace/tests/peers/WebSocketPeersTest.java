package io.wirelace.tests.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** WebSocket with curl, with Node's ws and with Python's websockets, which are in both roles. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class WebSocketPeersTest {
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final String PROOF = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  @TempDir Path folder;

  private static Server server() {
    return Wirelace.server()
        .listen("ws://127.0.0.1:0/lace?deflate=true")
        .route("echo", (session, message) -> message.body())
        .start();
  }

  // ---- curl ----

  private String curl(String... arguments) throws Exception {
    ForeignProgram program = new ForeignProgram(folder);
    program.require(10, "curl", "--version");
    String[] command = new String[arguments.length + 4];
    System.arraycopy(new String[] {"curl", "-s", "-i", "--http1.1"}, 0, command, 0, 4);
    System.arraycopy(arguments, 0, command, 4, arguments.length);
    return program.run(30, command).output();
  }

  @Test
  void curlIsToldHowToUpgradeAndWhereNothingIs() throws Exception {
    try (Server server = server()) {
      String http = server.uri().replace("ws://", "http://");
      assertThat(curl(http)).startsWith("HTTP/1.1 426 ").contains("Sec-WebSocket-Version: 13");
      assertThat(curl(http + "/x")).startsWith("HTTP/1.1 404 ");
      assertThat(curl("-X", "POST", "-d", "x".repeat(100_000), http)).contains("HTTP/1.1 405 ");
      assertThat(curl("-H", "X: " + "x".repeat(9000), http)).startsWith("HTTP/1.1 431 ");
    }
  }

  @Test
  void curlUpgrades() throws Exception {
    try (Server server = server()) {
      String answer =
          curl(
              "-N",
              "--max-time",
              "1",
              "-H",
              "Connection: Upgrade",
              "-H",
              "Upgrade: websocket",
              "-H",
              "Sec-WebSocket-Version: 13",
              "-H",
              "Sec-WebSocket-Key: " + KEY,
              server.uri().replace("ws://", "http://"));
      assertThat(answer)
          .startsWith("HTTP/1.1 101 Switching Protocols")
          .contains("Sec-WebSocket-Accept: " + PROOF);
    }
  }

  // ---- Node ----

  private static ForeignProgram node() throws IOException {
    ForeignProgram program = new ForeignProgram(ForeignProgram.installed("node"));
    program.require(10, "node", "--version");
    program.require(
        180, "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", ".", "ws@8");
    return program;
  }

  private static final String NODE = ForeignProgram.resource("websocket/peer.mjs").toString();

  @Test
  void nodesWsTalksToOurServer() throws Exception {
    ForeignProgram node = node();
    try (Server server = server()) {
      ForeignProgram.Outcome outcome = node.run(60, "node", NODE, "client", server.uri());
      assertThat(outcome.output()).contains("all passed");
      assertThat(outcome.exit()).isZero();
    }
  }

  @Test
  void ourClientTalksToNodesWs() throws Exception {
    ForeignProgram node = node();
    for (String mode : new String[] {"server", "deflating-server"}) {
      try (ForeignProgram.Serving there = node.serve("node", NODE, mode)) {
        talkTo(there.port(), mode.startsWith("deflating"));
        assertThat(there.nextLine()).startsWith("closed 1000");
      }
    }
  }

  // ---- Python ----

  private static String python(ForeignProgram program) {
    program.require(10, "python3", "--version");
    program.require(180, "python3", "-m", "venv", "venv");
    String python = ForeignProgram.installed("python").resolve("venv/bin/python").toString();
    program.require(
        180, python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "websockets>=15");
    return python;
  }

  private static final String SCRIPT = ForeignProgram.resource("websocket/peer.py").toString();

  @Test
  void pythonsWebsocketsTalksToOurServer() throws Exception {
    ForeignProgram program = new ForeignProgram(ForeignProgram.installed("python"));
    String python = python(program);
    try (Server server = server()) {
      ForeignProgram.Outcome outcome = program.run(60, python, SCRIPT, "client", server.uri());
      assertThat(outcome.output()).contains("all passed");
      assertThat(outcome.exit()).isZero();
    }
  }

  @Test
  void ourClientTalksToPythonsWebsockets() throws Exception {
    ForeignProgram program = new ForeignProgram(ForeignProgram.installed("python"));
    String python = python(program);
    for (String mode : new String[] {"server", "deflating-server"}) {
      try (ForeignProgram.Serving there = program.serve(python, SCRIPT, mode)) {
        talkTo(there.port(), mode.startsWith("deflating"));
        assertThat(there.nextLine()).startsWith("closed 1000");
      }
    }
  }

  /** Bodies of many sizes, there and back. */
  private static void talkTo(int port, boolean deflate) {
    String uri = "ws://127.0.0.1:" + port + "/any" + (deflate ? "?deflate=true" : "");
    Random random = new Random(port);
    try (Client client = Wirelace.client().greeting(false).connect(uri)) {
      for (int size : new int[] {0, 1, 50, 120, 130, 70_000, 1 << 20}) {
        byte[] body = new byte[size];
        random.nextBytes(body);
        assertThat(client.request("echo", body)).isEqualTo(body);
        byte[] zeros = new byte[size];
        assertThat(client.request("echo", zeros)).isEqualTo(zeros);
      }
    }
  }
}
