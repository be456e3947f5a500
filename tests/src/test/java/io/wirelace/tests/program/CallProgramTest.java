package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lace request} and {@code lace send} as processes. */
class CallProgramTest {

  @Test
  void anAnswerIsPrintedByteForByte(@TempDir Path folder) throws Exception {
    byte[] bytes = {'a', 0, '\n', (byte) 0xFF, '\r'};
    Path file = Files.write(folder.resolve("body"), bytes);
    try (LaceProcess server = LaceProcess.server()) {
      String uri = server.uri();

      assertThat(LaceProcess.run("request", "-e", uri, "echo", "hi").out()).isEqualTo("hi");
      assertThat(LaceProcess.run("request", "-e", uri, "", "@" + file).bytes()).isEqualTo(bytes);
      assertThat(LaceProcess.runWithInput(bytes, "request", "-e", uri, "echo", "-").bytes())
          .isEqualTo(bytes);
    }
  }

  @Test
  void jsonTellsBodyAndError() throws Exception {
    try (LaceProcess server = LaceProcess.server()) {
      String uri = server.uri();

      assertThat(LaceProcess.run("request", "-e", uri, "--json", "echo", "h\"i").out())
          .matches(
              "\\{\"route\":\"echo\",\"ms\":[0-9.]+,\"bytes\":3,\"headers\":\\{},"
                  + "\"body\":\"h\\\\\"i\"}\\R");
      LaceProcess.Finished noRoute = LaceProcess.run("request", "-e", uri, "--json", "nowhere");
      assertThat(noRoute.status()).isEqualTo(7);
      assertThat(noRoute.out()).startsWith("{\"error\":{\"code\":-645,\"name\":\"no_route\"");
    }
  }

  @Test
  void whatIsSentIsCounted() throws Exception {
    try (LaceProcess server = LaceProcess.server()) {
      String uri = server.uri();

      LaceProcess.Finished text = LaceProcess.run("send", "-e", uri, "sink", "hi");
      LaceProcess.Finished many =
          LaceProcess.run("send", "-e", uri, "sink", "--count", "50000", "--size", "1KiB");

      assertThat(text.status()).as(text.err()).isZero();
      assertThat(many.status()).as(many.err()).isZero();
      assertThat(many.out()).isEmpty();
      assertThat(many.err()).startsWith("sent 50,000 in ");
      assertThat(LaceProcess.run("request", "-e", uri, "sink.count").out()).isEqualTo("50001");
    }
  }

  @Test
  void aServerThatIsKilledEndsARequestWith4() throws Exception {
    try (LaceProcess server = LaceProcess.server();
        Relay relay = new Relay(server.uri(), "sleep");
        LaceProcess request =
            LaceProcess.start("request", "-e", relay.uri(), "sleep", "60000", "--timeout", "60s")) {
      assertThat(relay.awaitPassed()).isTrue();

      server.kill();

      assertThat(request.awaitExit()).as(request.err()).isEqualTo(4);
      assertThat(request.rest()).isEmpty();
      assertThat(request.err()).contains("-603 connection_closed").doesNotContain("\tat ");
    }
  }

  @Test
  void theBodyOfAFileThatIsMissingIsNotSent() throws Exception {
    LaceProcess.Finished run = LaceProcess.run("request", "echo", "@no-such-file");

    assertThat(run.status()).isEqualTo(2);
    assertThat(new String(run.bytes(), UTF_8)).isEmpty();
    assertThat(run.err()).contains("no such file");
  }
}
