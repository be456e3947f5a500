package io.wirelace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.session.AnswerCallback;
import io.wirelace.session.Message;
import io.wirelace.session.SendResult;
import io.wirelace.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/** Every kind of call. */
public final class Calls {
  private Calls() {}

  static String three(Client client, byte[] payload) {
    // snippet: three-ways
    // 1. Blocking: returns the answer's body, or throws a WirelaceException.
    byte[] answer = client.request("echo", payload);

    // 2. As a future; what is chained to it runs on an event loop and must not block.
    CompletableFuture<Integer> length =
        client.requestAsync("echo", payload).thenApply(body -> body.length);

    // 3. As a Result, without exceptions.
    String outcome =
        switch (client.tryRequest("echo", payload, Duration.ofMillis(200))) {
          case Result.Ok<byte[]>(var body) -> body.length + " bytes";
          case Result.Err<byte[]>(var fault) when fault.retryable() -> "later: " + fault;
          case Result.Err<byte[]>(var fault) -> "failed: " + fault;
        };
    // end
    return answer.length + " " + length.join() + " " + outcome;
  }

  /** Adds up the answers to very many requests. */
  // snippet: callback
  static final class Total implements AnswerCallback {
    final LongAdder bytes = new LongAdder();
    final LongAdder failed = new LongAdder();

    @Override
    public void onAnswer(byte[] body) { // on an event loop: must not block
      bytes.add(body.length);
    }

    @Override
    public void onFailure(Fault fault) {
      failed.increment();
    }
  }

  // end

  static Total many(Client client, byte[] payload) {
    // snippet: many
    Total total = new Total();
    for (int i = 0; i < 100; i++) {
      client.requestAsync("echo", payload, total); // one object serves them all
    }
    // end
    return total;
  }

  static String headers(Client client) {
    // snippet: request-headers
    Message answer =
        client.request(Message.of("greet", "").withHeader("language", "fr"), Duration.ofSeconds(2));
    String language = answer.header("language").orElse("?");
    // end
    return language + " " + answer.text();
  }

  static String failing(Client client) {
    // snippet: catch
    try {
      client.request("no.such.route", new byte[0]);
      return "answered";
    } catch (WirelaceException e) {
      return switch (e.fault().number()) {
        case -645 -> "nobody handles that: " + e.fault().message();
        case -643 -> "too slow";
        default -> e.fault().toString();
      };
    }
    // end
  }

  static SendResult notifications(Client client, byte[] body) {
    // snippet: send
    client.send("sink", body); // waits while the queue to the server is full
    SendResult result = client.trySend("sink", body); // SENT, QUEUED, DROPPED or REFUSED: at once
    // end
    return result;
  }

  static int pushing(Server server, byte[] news) {
    // snippet: push
    int reached = server.broadcast("news", news); // nobody slow holds up the others
    for (Session session : server.sessions()) {
      session.trySend("news", news);
    }
    server.disconnectIf(session -> session.idle().compareTo(Duration.ofHours(1)) > 0);
    // end
    return reached;
  }

  static String both(String uri, List<String> heard) {
    // snippet: both-ways
    try (Client client =
        Wirelace.client()
            .route("name", (session, message) -> "Ada".getBytes(UTF_8)) // the server may ask us
            .receive("news", (session, message) -> heard.add(message.text()))
            .connect(uri)) {
      return new String(client.request("who.am.i", new byte[0]), UTF_8);
    }
    // end
  }

  static ServerBuilder asking(ServerBuilder server) {
    // snippet: ask-back
    server.route(
        "who.am.i",
        (session, message) -> {
          session.send("news", "somebody asks".getBytes(UTF_8));
          return session.request("name", new byte[0], Duration.ofSeconds(1));
        });
    // end
    return server;
  }

  static ServerBuilder settings(ServerBuilder server) {
    // snippet: settings
    server
        .listen("tcp://127.0.0.1:0?nodelay=true&backlog=512&receive-buffer=256KiB", "memory://app")
        .maxFrameBytes(64 * 1024) // 64 KiB: a larger frame is refused with -642
        .maxInFlight(256)
        .maxConnections(10_000)
        .idleTimeout(Duration.ofMinutes(2))
        .drainTimeout(Duration.ofSeconds(20))
        .set("mailbox-bytes", "512KiB"); // every setting by its name in a file
    // end
    return server;
  }

  static ServerBuilder events(ServerBuilder server, List<String> log) {
    // snippet: events
    server.on(event -> {
      switch (event) {
        case Event.Slow(var session, var bytes) ->
            log.add(session + " does not read: " + bytes + " bytes wait");
        case Event.HandlerFailed(var session, var route, var failure) ->
            log.add(route + " failed: " + failure);
        case Event.Closed(var session, var reason, var traffic) ->
            log.add(session + " closed: " + reason);
        default -> {}
      }
    });
    // end
    return server;
  }
}
