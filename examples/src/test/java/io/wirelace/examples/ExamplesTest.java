package io.wirelace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation quotes does what it says. */
class ExamplesTest {
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final LongAdder ticks = new LongAdder();

  private Server server() {
    ServerBuilder builder = Wirelace.server();
    Calls.settings(builder);
    Calls.asking(builder);
    Calls.events(builder, log);
    Handlers.addTo(builder, ticks, HttpClient.newHttpClient());
    return builder.route("echo", (s, m) -> m.body()).receive("sink", (s, m) -> {}).start();
  }

  @Test
  void theMinuteClientTalksToTheServer() {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (Server server =
        Wirelace.server()
            .listen("tcp://127.0.0.1:0")
            .route("echo", (s, m) -> m.body())
            .route("time", (s, m) -> "now".getBytes(UTF_8))
            .start()) {
      System.setOut(new PrintStream(printed, true, UTF_8));
      MinuteClient.main(new String[] {server.uri()});
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(UTF_8)).isEqualToIgnoringNewLines("hello\nnow\n");
  }

  @Test
  void aServerKnowsTheProcessAtTheOtherEndOfASocketFile(@TempDir Path folder) {
    String path = folder.resolve("lace.sock").toString();
    assertThat(LocalSockets.whoAmI(path))
        .containsAnyOf("the root user", "pid ", "somebody of this machine")
        .endsWith(" at unix:" + path);
  }

  @Test
  void aQuestionIsAskedAgainUntilItIsAnswered() {
    assertThat(Datagrams.askAgain(new byte[9])).hasSize(9);
  }

  @Test
  void callsDoWhatTheirCommentsSay() {
    try (Server server = server();
        Client client = Wirelace.connect(server.uri())) {
      assertThat(Calls.three(client, new byte[7])).isEqualTo("7 7 7 bytes");
      Calls.Total total = Calls.many(client, new byte[7]);
      await().untilAsserted(() -> assertThat(total.bytes.sum()).isEqualTo(700));
      assertThat(total.failed.sum()).isZero();
      assertThat(Calls.headers(client)).isEqualTo("fr bonjour");
      assertThat(Calls.failing(client)).startsWith("nobody handles that");
      assertThat(Calls.notifications(client, new byte[7]).accepted()).isTrue();
      assertThat(Calls.pushing(server, new byte[7])).isEqualTo(1);
    }
  }

  @Test
  void bothSidesMayAsk() {
    List<String> heard = new CopyOnWriteArrayList<>();
    try (Server server = server()) {
      assertThat(server.uris()).contains("memory://app");
      assertThat(Calls.both("memory://app", heard)).isEqualTo("Ada");
      Awaitility.await().untilAsserted(() -> assertThat(heard).containsExactly("somebody asks"));
    }
  }

  @Test
  void handlersAnswer() {
    try (Server server = server();
        Client client = Wirelace.connect(server.uri())) {
      byte[] order = "{\"item\":\"nut\",\"count\":3,\"pricePerItem\":5}".getBytes(UTF_8);
      assertThat(client.request("order", order)).asString(UTF_8).contains("\"total\":15");
      assertThat(client.request("sleep", "1".getBytes(UTF_8))).asString(UTF_8).isEqualTo("1");
      assertThat(client.request("tick", new byte[3])).hasSize(3);
      assertThat(client.request("report", new byte[0])).asString(UTF_8).isEqualTo("done");
      client.send("count", new byte[0]);
      Awaitility.await()
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(() -> assertThat(ticks.sum()).isEqualTo(1));
      assertThat(client.tryRequest("admin.stop", new byte[0], Duration.ofSeconds(5)).isOk())
          .isFalse();
    }
  }

  @Test
  void onePortServesWhoeverComes() {
    assertThat(AnyPort.run(new byte[] {1, 2, 3})).containsExactly(1, 2, 3);
  }

  @Test
  void aProxyTellsWhoIsBehindIt() throws IOException {
    try (Server server = AnyPort.behindProxies("any://127.0.0.1:0");
        Socket proxy =
            new Socket(InetAddress.getLoopbackAddress(), URI.create(server.uri()).getPort())) {
      byte[] request = "\0\0\0\015\100\0\0\0\0\0\0\0\01\03who".getBytes(UTF_8);
      proxy.getOutputStream().write("PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\n".getBytes(UTF_8));
      proxy.getOutputStream().write(request);
      proxy.shutdownOutput();
      byte[] answer = proxy.getInputStream().readAllBytes();
      assertThat(new String(answer, UTF_8)).endsWith("/192.0.2.7:4711");
    }
  }
}
