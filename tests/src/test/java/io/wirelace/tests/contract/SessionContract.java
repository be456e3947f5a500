package io.wirelace.tests.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.metrics.Counters;
import io.wirelace.metrics.SessionId;
import io.wirelace.session.AttributeKey;
import io.wirelace.session.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a session knows of itself, and what a server does with all of them. */
abstract class SessionContract extends CallContract {
  @Test
  void heartbeatsMeasureTheRoundTrip() {
    try (Server server = server().heartbeatInterval(Duration.ofMillis(20)).start();
        Client client =
            client().heartbeatInterval(Duration.ofMillis(20)).connect(at(server.uri()))) {
      await().until(() -> client.session().roundTrip().isPresent());
      await().until(() -> server.sessions().stream().allMatch(s -> s.roundTrip().isPresent()));
      assertThat(client.session().roundTrip().orElseThrow()).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void aBroadcastReachesEverySession() {
    AtomicInteger heard = new AtomicInteger();
    List<Client> clients = new ArrayList<>();
    try (Server server = echo()) {
      for (int i = 0; i < 10; i++) {
        clients.add(
            client()
                .receive("news", (session, message) -> heard.addAndGet(message.body().length))
                .connect(at(server.uri())));
      }
      await().until(() -> server.sessions().size() == 10);
      assertThat(server.broadcast("news", new byte[3])).isEqualTo(10);
      await().untilAsserted(() -> assertThat(heard).hasValue(30));
    }
    for (Client client : clients) {
      client.close();
    }
  }

  @Test
  void sessionsAreDisconnectedByIdOrByWhatTheyAre() {
    AttributeKey<String> team = AttributeKey.of("team", String.class);
    try (Server server =
            server()
                .route(
                    "join",
                    (session, message) -> {
                      session.attribute(team, message.text());
                      return bytes(session.id().value());
                    })
                .start();
        Client red = client().connect(at(server.uri()));
        Client blue = client().connect(at(server.uri()));
        Client green = client().connect(at(server.uri()))) {
      final String redId = new String(red.request("join", bytes("red")), UTF_8);
      blue.request("join", bytes("blue"));
      green.request("join", bytes("green"));
      assertThat(server.disconnect(new SessionId("nobody"))).isFalse();
      assertThat(server.disconnect(new SessionId(redId))).isTrue();
      await().until(() -> !red.isOpen());
      assertThat(server.session(new SessionId(redId)).filter(Session::isOpen)).isEmpty();
      assertThat(server.disconnectIf(s -> s.attribute(team).filter("blue"::equals).isPresent()))
          .isEqualTo(1);
      await().until(() -> !blue.isOpen());
      await().until(() -> server.sessions().size() == 1);
      assertThat(green.isOpen()).isTrue();
      assertThat(green.request("join", bytes("still"))).isNotEmpty();
    }
  }

  @Test
  void sessionIdsAreDistinctAndLong() {
    Set<SessionId> ids = new HashSet<>();
    List<Client> clients = new ArrayList<>();
    try (Server server = echo()) {
      for (int i = 0; i < 50; i++) {
        clients.add(client().connect(at(server.uri())));
      }
      await().until(() -> server.sessions().size() == 50);
      for (Session session : server.sessions()) {
        ids.add(session.id());
        assertThat(session.id().value()).matches("[0-9a-f]{32}");
        assertThat(session.openedAt()).isNotNull();
        assertThat(session.peer()).isNotNull();
        assertThat(session.local()).isNotNull();
      }
    }
    assertThat(ids).hasSize(50);
    clients.forEach(Client::close);
  }

  @Test
  void attributesAreKeptByNameAndType() {
    AttributeKey<Integer> number = AttributeKey.of("n", Integer.class);
    AttributeKey<String> text = AttributeKey.of("n", String.class);
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      Session session = client.session();
      assertThat(session.attribute(number)).isEmpty();
      session.attribute(number, 1);
      session.attribute(text, "one");
      session.attribute(number, 2);
      assertThat(session.attribute(AttributeKey.of("n", Integer.class))).hasValue(2);
      assertThat(session.attribute(text)).hasValue("one");
    }
  }

  @Test
  void idleIsTheTimeSinceThePeerWasHeard() {
    try (Server server = echo();
        Client client = client().connect(at(server.uri()))) {
      await().until(() -> client.session().idle().compareTo(Duration.ofMillis(30)) > 0);
      long before = System.nanoTime();
      client.request("echo", bytes(1));
      Duration idle = client.session().idle();
      assertThat(idle).isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - before));
    }
  }

  @Test
  void countersAddUp() {
    assumeDelivery();
    int notes = 1000;
    int requests = 100;
    try (Server server =
            server()
                .receive("note", (session, message) -> {})
                .route("echo", (session, message) -> message.body())
                .start();
        Client client = client().greeting(false).connect(at(server.uri()))) {
      for (int i = 0; i < notes; i++) {
        client.send("note", new byte[10]); // 13 + 5 + 10 bytes
      }
      for (int i = 0; i < requests; i++) {
        client.request("echo", new byte[20]); // 13 + 5 + 20 bytes there, 13 + 20 back
      }
      Counters.Snapshot there =
          new Counters.Snapshot(
              notes + requests, notes * 28L + requests * 38L, requests, requests * 33L, 0);
      await().untilAsserted(() -> assertThat(server.traffic()).isEqualTo(there));
      Counters.Snapshot back =
          new Counters.Snapshot(
              requests, requests * 33L, notes + requests, notes * 28L + requests * 38L, 0);
      await()
          .untilAsserted(() -> assertThat(client.session().counters().snapshot()).isEqualTo(back));
      client.session().close();
      await().until(() -> server.sessions().isEmpty());
      assertThat(server.traffic()).isEqualTo(there);
    }
  }
}
