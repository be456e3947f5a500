package io.wirelace.tests.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wirelace.Client;
import io.wirelace.Wirelace;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** Every exit code of {@code lace}, each from a process that really ended with it. */
class ExitCodeProgramTest {

  @Test
  void aPortThatIsTakenIs1() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      LaceProcess.Finished run =
          LaceProcess.run("serve", "--listen", "tcp://127.0.0.1:" + taken.getLocalPort());

      assertThat(run.status()).isEqualTo(1);
      assertThat(run.err()).contains("-662 bind_failed", Integer.toString(taken.getLocalPort()));
      assertThat(run.out()).isEmpty();
    }
  }

  @Test
  void aWrongCommandLineIs2() throws Exception {
    LaceProcess.Finished run = LaceProcess.run("reqest");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("Did you mean: lace request?");
  }

  @Test
  void aWrongConfigurationIs3() throws Exception {
    LaceProcess.Finished run = LaceProcess.run("serve", "--set", "max-inflight=3", "--set", "io=x");

    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err())
        .contains("--set max-inflight=3: no such setting (did you mean max-in-flight?)")
        .contains("--set io=x: io: x (expected one of auto, epoll, kqueue, io_uring, nio)");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void nobodyListeningIs4() throws Exception {
    LaceProcess.Finished run = LaceProcess.run("request", "-e", "tcp://127.0.0.1:1", "echo");

    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).contains("-601 connection_refused");
  }

  @Test
  void noAnswerInTimeIs5AndAnErrorForAnAnswer7() throws Exception {
    try (LaceProcess server = LaceProcess.server()) {
      String uri = server.uri();

      LaceProcess.Finished late =
          LaceProcess.run("request", "-e", uri, "sleep", "60000", "--timeout", "200ms");
      LaceProcess.Finished noRoute = LaceProcess.run("request", "-e", uri, "nowhere");
      LaceProcess.Finished failing = LaceProcess.run("request", "-e", uri, "fail");

      assertThat(late.status()).isEqualTo(5);
      assertThat(late.err()).contains("-643 request_timeout");
      assertThat(noRoute.status()).isEqualTo(7);
      assertThat(failing.status()).isEqualTo(7);
      assertThat(failing.err()).contains("-646 handler_failed").doesNotContain("meant to");
    }
  }

  @Test
  void beingTurnedAwayIs6() throws Exception {
    try (LaceProcess server = LaceProcess.server("--set", "max-connections=1")) {
      String uri = server.uri();
      try (Client first = Wirelace.connect(uri)) {
        LaceProcess.Finished run = LaceProcess.run("request", "-e", uri, "echo");

        assertThat(first.isOpen()).isTrue();
        assertThat(run.status()).isEqualTo(6);
        assertThat(run.err()).contains("-609 connection_limit");
      }
    }
  }

  @Test
  void measuringAServerWithoutTheDemoRoutesIs7() throws Exception {
    try (LaceProcess server = LaceProcess.start("serve", "--listen", "tcp://127.0.0.1:0")) {
      LaceProcess.Finished run = LaceProcess.run("bench", "-e", server.uri(), "--mode", "oneway");

      assertThat(run.status()).isEqualTo(7);
      assertThat(run.err()).contains("lace serve --demo");
    }
  }

  @Test
  void controlCIs130ForACallAnd0ForAServer() throws Exception {
    assumeTrue(
        LaceProcess.interruptsAreTaken(), "SIGINT is ignored here, as in a shell's background");
    try (LaceProcess server = LaceProcess.server("--set", "drain-timeout=500ms");
        Relay relay = new Relay(server.uri(), "sleep");
        LaceProcess request =
            LaceProcess.start("request", "-e", relay.uri(), "sleep", "20000", "--timeout", "60s")) {
      assertThat(relay.awaitPassed()).isTrue();

      request.interrupt();
      assertThat(request.awaitExit()).isEqualTo(130);
      server.interrupt();
      assertThat(server.awaitExit()).isZero();
    }
  }
}
