package io.wirelace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.certificates.TestCa;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import io.wirelace.metrics.Event;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A CA, certificates of it, and a server that tests open as they need it. */
class TlsCase {
  @TempDir Path directory;

  final Queue<Event> events = new ConcurrentLinkedQueue<>();
  TestCa ca;
  TestCa.Leaf localhost;
  private @Nullable Server server;

  @BeforeEach
  void makeCertificates() {
    ca = TestCa.create(directory, "ca");
    localhost = ca.localhost();
  }

  @AfterEach
  void closeServer() {
    if (server != null) {
      server.close();
    }
  }

  /** A server with those options; only one a test. */
  Server serve(String options) {
    return serve(options, builder -> {});
  }

  Server serve(String options, Consumer<ServerBuilder> more) {
    ServerBuilder builder =
        Wirelace.server()
            .listen("tls://127.0.0.1:0?" + options)
            .route("echo", (session, message) -> message.body())
            .route(
                "slow",
                (session, message) -> {
                  Thread.sleep(200);
                  return message.body();
                })
            .defaultRoute((session, message) -> message.body())
            .on(events::add);
    more.accept(builder);
    Server started = builder.start();
    server = started;
    return started;
  }

  private Server running() {
    return Objects.requireNonNull(server, "serve() first");
  }

  String uri(String options) {
    return running().uri() + "?" + options;
  }

  /** A client that trusts our CA, with those options besides. */
  Client connect(String options) {
    return Wirelace.connect(uri(ca.option() + (options.isEmpty() ? "" : "&" + options)));
  }

  static void assertEcho(Client client) {
    assertThat(client.request("echo", "hello".getBytes(UTF_8))).asString(UTF_8).isEqualTo("hello");
  }

  /** What a client is told that cannot connect. */
  static Fault refusal(String uri) {
    Result<Client> result = Wirelace.client().tryConnect(uri);
    return switch (result) {
      case Result.Ok<Client> ok -> {
        ok.value().close();
        throw new AssertionError("it connected to " + uri);
      }
      case Result.Err<Client> err -> err.fault();
    };
  }

  <E extends Event> E awaitEvent(Class<E> kind) {
    await().until(() -> events.stream().anyMatch(kind::isInstance));
    return events.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElseThrow();
  }

  /** What the server tells of a handshake that failed. */
  Fault failure() {
    Fault fault = awaitEvent(Event.HandshakeFailed.class).fault();
    assertThat(fault.number()).isEqualTo(-607);
    assertThat(running().failedHandshakes()).isPositive();
    return fault;
  }
}
