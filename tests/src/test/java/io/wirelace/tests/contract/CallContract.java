package io.wirelace.tests.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests and their answers, their bounds and their end. */
abstract class CallContract extends Contract {
  @Test
  void aBodyOfAnySizeComesBackAsItWas() {
    Random random = new Random(7);
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      for (int size : new int[] {0, 1, 511, 512, 60_000, 64 << 10, 1 << 20, mostBodyBytes()}) {
        if (size > mostBodyBytes()) {
          continue;
        }
        byte[] body = new byte[size];
        random.nextBytes(body);
        assertThat(Arrays.equals(client.request("echo", body), body)).as("%d", size).isTrue();
      }
    }
  }

  @Test
  void aMessageOverTheLimitIsRefusedWhereItIsSent() {
    try (Server server = server().maxFrameBytes(1000).defaultRoute((s, m) -> m.body()).start();
        Client client = client().connect(at(server.uri()))) {
      assertThat(faultOf(client.tryRequest("", new byte[1000], Duration.ofSeconds(5))).number())
          .isEqualTo(-642);
      assertThat(client.request("", new byte[900])).hasSize(900);
    }
  }

  @Test
  void bothSidesMayRequest() {
    try (Server server =
            server()
                .route(
                    "ask",
                    (session, message) -> {
                      byte[] back = session.request("name", message.body());
                      return bytes("hello " + new String(back, UTF_8));
                    })
                .start();
        Client client =
            client()
                .route("name", (session, message) -> bytes(message.text() + "!"))
                .connect(at(server.uri()))) {
      assertThat(client.request("ask", bytes("peer"))).asString(UTF_8).isEqualTo("hello peer!");
    }
  }

  @Test
  void tenThousandRequestsAtOnceGetEachTheirOwnAnswer() throws Exception {
    assumeDelivery();
    int count = 10_000;
    try (Server server =
            server().maxInFlight(count).route("echo", (s, message) -> message.body()).start();
        Client client = client().maxInFlight(count).connect(at(server.uri()))) {
      List<CompletableFuture<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        answers.add(client.requestAsync("echo", bytes(i)));
      }
      for (int i = 0; i < count; i++) {
        assertThat(answers.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(bytes(i));
      }
      await().until(() -> client.session().pendingRequests() == 0);
      assertThat(server.sessions()).allMatch(s -> s.inFlightRequests() == 0);
    }
  }

  @Test
  void moreRequestsThanMaxInFlightFailAtOnce() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (Server server = server().route("wait", (s, m) -> hold(release, m.body())).start();
        Client client = client().maxInFlight(2).connect(at(server.uri()))) {
      List<CompletableFuture<byte[]>> answers =
          List.of(client.requestAsync("wait", bytes(1)), client.requestAsync("wait", bytes(2)));
      assertThatThrownBy(() -> client.requestAsync("wait", bytes(3)).get())
          .cause()
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-647));
      release.countDown();
      assertThat(answers.get(1).get(10, TimeUnit.SECONDS)).isEqualTo(bytes(2));
      assertThat(client.request("wait", bytes(4))).isEqualTo(bytes(4));
    }
  }

  @Test
  void aRequestThatIsNotAnsweredInTimeFailsAndIsStopped() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Server server =
            server()
                .route(
                    "never",
                    (session, message) -> {
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                      }
                      return message.body();
                    })
                .route("echo", (session, message) -> message.body())
                .start();
        Client client = client().connect(at(server.uri()))) {
      Result<byte[]> result = client.tryRequest("never", bytes(1), Duration.ofMillis(100));
      assertThat(faultOf(result).number()).isEqualTo(-643);
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(client.request("echo", bytes(2))).isEqualTo(bytes(2));
    }
  }

  @Test
  void cancellingAFutureStopsTheHandler() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Server server =
            server()
                .route(
                    "never",
                    (session, message) -> {
                      started.countDown();
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                      }
                      return message.body();
                    })
                .start();
        Client client = client().connect(at(server.uri()))) {
      CompletableFuture<byte[]> answer = client.requestAsync("never", bytes(1));
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(answer.cancel(true)).isTrue();
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
      await().until(() -> client.session().pendingRequests() == 0);
    }
  }
}
