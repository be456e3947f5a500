package io.wirelace.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Endpoints, and how a peer or a server goes: the last of what holds for every transport. What
 * {@link FlowContract} says about much traffic comes on top.
 */
abstract class TransportContract extends SessionContract {
  @Test
  void aPeerThatGoesFailsWhatIsPending() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(3);
    try (Server server =
            server()
                .route(
                    "wait",
                    io.wirelace.dispatch.RunMode.CONCURRENT,
                    (session, message) -> {
                      started.countDown();
                      return hold(release, message.body());
                    })
                .start();
        Client client = client().connect(at(server.uri()))) {
      List<CompletableFuture<byte[]>> pending =
          IntStream.range(0, 3).mapToObj(i -> client.requestAsync("wait", bytes(i))).toList();
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      server.sessions().forEach(Session::close);
      for (CompletableFuture<byte[]> answer : pending) {
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
            .cause()
            .isInstanceOfSatisfying(
                WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-603));
      }
      await().until(() -> !client.isOpen());
      assertThatThrownBy(() -> client.send("", bytes(1)))
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-603));
      release.countDown();
    }
  }

  @Test
  void nobodyThereIsARefusal() {
    String gone;
    try (Server server = echo()) {
      gone = at(server.uri());
    }
    // By NIO the kernel listens until the loop's next turn, and resets whom it took meanwhile.
    await()
        .untilAsserted(() -> {
          Result<Client> result = client().tryConnect(gone);
          assertThat(result).isInstanceOf(Result.Err.class);
          assertThat(((Result.Err<Client>) result).fault().number()).isEqualTo(-601);
        });
  }

  @Test
  void aServerThatClosesFinishesWhatIsInFlightAndTakesNothingNew() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(2);
    try (Server server =
            server()
                .route(
                    "wait",
                    (session, message) -> {
                      started.countDown();
                      return hold(release, message.body());
                    })
                .start();
        Client basic = client().greeting(false).connect(at(server.uri()));
        Client greeted = client().connect(at(server.uri()))) {
      List<CompletableFuture<byte[]>> answers =
          List.of(basic.requestAsync("wait", bytes(1)), greeted.requestAsync("wait", bytes(2)));
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      Thread closing = Thread.ofPlatform().start(server::close);
      await()
          .untilAsserted(() ->
              assertThat(faultOf(basic.tryRequest("none", bytes(3), Duration.ofSeconds(5))))
                  .extracting(Fault::number)
                  .isEqualTo(-663));
      await()
          .untilAsserted(() ->
              assertThat(faultOf(greeted.tryRequest("none", bytes(3), Duration.ofSeconds(5))))
                  .extracting(Fault::number)
                  .isIn(-663, -612));
      assertThat(client().tryConnect(at(server.uri())).isOk()).isFalse();
      release.countDown();
      assertThat(answers.get(0).get(10, TimeUnit.SECONDS)).isEqualTo(bytes(1));
      assertThat(answers.get(1).get(10, TimeUnit.SECONDS)).isEqualTo(bytes(2));
      closing.join(10_000);
      assertThat(closing.isAlive()).isFalse();
      await().until(() -> !basic.isOpen() && !greeted.isOpen());
    }
  }

  @Test
  void theBoundEndpointCanBeConnectedTo() {
    try (Server server = server().listen(listenUri()).route("echo", (s, m) -> m.body()).start()) {
      assertThat(server.uris()).hasSize(2).doesNotHaveDuplicates();
      for (String uri : server.uris()) {
        try (Client client = client().connect(at(uri))) {
          assertThat(client.request("echo", bytes(1))).isEqualTo(bytes(1));
        }
      }
    }
  }

  @Test
  void aServerRestartsAtOnceWhereItWas() {
    String uri;
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      uri = server.uri();
      client.request("echo", bytes(1));
    }
    try (Server again = server(uri).route("echo", (s, m) -> m.body()).start();
        Client client = client().connect(at(again.uri()))) {
      assertThat(client.request("echo", bytes(2))).isEqualTo(bytes(2));
      assertThat(again.uri()).isEqualTo(uri);
    }
  }

  @Test
  void aTakenEndpointIsABindFailure() {
    try (Server server = echo()) {
      assertThatThrownBy(() -> server(server.uri()).start())
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-662));
    }
  }
}
