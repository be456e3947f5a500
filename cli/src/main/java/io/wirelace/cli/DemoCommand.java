package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.cli.DemoTable.Outcome;
import io.wirelace.codec.Codec;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Result;
import io.wirelace.transport.Endpoint;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** {@code lace demo}: what Wirelace does, shown and checked in a quarter of a minute. */
@Command(
    name = "demo",
    description = {
      "Show and check the main things in a quarter of a minute: a server and clients over every"
          + " transport, calls both ways, failing and slow handlers, bad input, load.",
      "Exits 0 only if each line is ok."
    })
final class DemoCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration LOAD_TIME = Duration.ofMillis(400);
  private static final int FLOOD = 10_000;

  /** So few that no buffer on the way is full: nobody promises that a datagram arrives. */
  private static final int TRICKLE = 50;

  private final Terminal terminal;
  private final DemoTable table;

  DemoCommand(Terminal terminal) {
    this.terminal = terminal;
    this.table = new DemoTable(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    List<String> names = new ArrayList<>(Carrier.NAMES);
    names.addAll(List.of("memory", "any"));
    try (Progress progress = new Progress(terminal, "demo:");
        Carrier.Set carriers = new Carrier.Set(names)) {
      for (Carrier carrier : carriers.all()) {
        try (Server server = DemoServer.start(carrier.listen())) {
          if (carrier.name().equals("any")) {
            onePort(carrier, server.uri());
          } else {
            over(carrier.name(), carrier.connect(server.uri()), progress);
          }
        }
      }
    }
    table.print();
    return (table.allHeld() ? ExitCode.OK : ExitCode.FAILED).status();
  }

  /** The main things over every transport; what no transport changes over the first alone. */
  private void over(String name, String uri, Progress progress) throws InterruptedException {
    int notifications = Carrier.mayLose(name) ? TRICKLE : FLOOD;
    calls(name, uri, notifications);
    if (name.equals(Carrier.NAMES.getFirst())) {
      try (Client client = Wirelace.connect(uri)) {
        handlers(name, client);
        typed(name, client);
      }
      badInput(name, Endpoint.parse(uri));
    }
    load(name, uri, progress);
  }

  /** One port that each kind of client reaches, and a browser. */
  private void onePort(Carrier carrier, String uri) throws InterruptedException {
    String port = uri.substring(uri.indexOf("://"));
    for (String scheme : List.of("tcp", "tls", "ws", "wss")) {
      boolean tls = scheme.equals("tls") || scheme.equals("wss");
      String own = scheme + port + (scheme.startsWith("ws") ? "/lace" : "");
      table.row(
          "any one port, by " + scheme,
          "hello over " + scheme,
          () -> {
            try (Client client = Wirelace.connect(tls ? carrier.connect(own) : own)) {
              String answer = text(client, "echo", "hello");
              return Outcome.equal(
                  "hello over " + scheme, answer + " over " + client.session().transport());
            }
          });
    }
    table.row(
        "any one port, by a browser",
        "200 text/html",
        () -> {
          HttpURLConnection browser =
              (HttpURLConnection) URI.create("http" + port + "/").toURL().openConnection();
          String type = String.valueOf(browser.getContentType());
          return Outcome.equal(
              "200 text/html", browser.getResponseCode() + " " + type.split(";", 2)[0]);
        });
  }

  private void calls(String name, String uri, int notifications) throws InterruptedException {
    CountDownLatch flooded = new CountDownLatch(notifications);
    try (Client client =
        Wirelace.client()
            .route("name", (session, message) -> "client".getBytes(UTF_8))
            .receive("flood", (session, message) -> flooded.countDown())
            .connect(uri)) {
      table.row(
          name + " echo", "hello", () -> Outcome.equal("hello", text(client, "echo", "hello")));
      table.row(
          name + " calls both ways",
          "hello client",
          () -> Outcome.equal("hello client", text(client, "ask.back", "")));
      table.row(
          name + " notifications from the server",
          notifications + " arrive",
          () -> {
            client.request("flood", (notifications + " 100").getBytes(UTF_8));
            boolean all = flooded.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            return new Outcome(all, (notifications - flooded.getCount()) + " arrive");
          });
    }
  }

  private void handlers(String name, Client client) throws InterruptedException {
    table.row(
        name + " slow handlers overlap",
        "ten of 300 ms in under 1.5 s",
        () -> {
          long start = System.nanoTime();
          CompletableFuture<?>[] sleeps = new CompletableFuture<?>[10];
          for (int i = 0; i < sleeps.length; i++) {
            sleeps[i] = client.requestAsync("sleep", "300".getBytes(UTF_8));
          }
          CompletableFuture.allOf(sleeps).get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
          long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
          return new Outcome(ms < 1500, "ten in " + ms + " ms");
        });
    table.row(
        name + " a handler that is too slow",
        fault(ErrorCode.REQUEST_TIMEOUT),
        () ->
            expectFault(
                ErrorCode.REQUEST_TIMEOUT,
                client.tryRequest("sleep", "5000".getBytes(UTF_8), Duration.ofMillis(200))));
    table.row(
        name + " a handler that fails",
        fault(ErrorCode.HANDLER_FAILED),
        () ->
            expectFault(ErrorCode.HANDLER_FAILED, client.tryRequest("fail", new byte[0], TIMEOUT)));
    table.row(
        name + " a route that is not there",
        fault(ErrorCode.NO_ROUTE),
        () ->
            expectFault(
                ErrorCode.NO_ROUTE, client.tryRequest("no.such.route", new byte[0], TIMEOUT)));
    table.row(
        name + " the session after all that",
        "still here",
        () -> Outcome.equal("still here", text(client, "echo", "still here")));
  }

  private void typed(String name, Client client) throws InterruptedException {
    table.row(
        name + " objects as JSON",
        "Receipt[text=3 x tea, cents=750]",
        () -> {
          byte[] order = Codec.json(DemoServer.Order.class).encode(new DemoServer.Order("tea", 3));
          byte[] answer = client.request("order", order, TIMEOUT);
          return Outcome.equal(
              "Receipt[text=3 x tea, cents=750]",
              Codec.json(DemoServer.Receipt.class).decode(answer).toString());
        });
    table.row(
        name + " JSON that is none",
        fault(ErrorCode.DECODE_FAILED),
        () ->
            expectFault(
                ErrorCode.DECODE_FAILED,
                client.tryRequest("order", "{oops".getBytes(UTF_8), TIMEOUT)));
  }

  private void badInput(String name, Endpoint endpoint) throws InterruptedException {
    table.row(
        name + " a frame over the limit",
        "ERROR -642, closed; the neighbour works",
        () -> {
          try (RawPeer neighbour = new RawPeer(endpoint);
              RawPeer bad = new RawPeer(endpoint)) {
            bad.send("00FFFFFF 00 0000000000000001");
            String answer = bad.frame() + (bad.isClosed() ? ", closed" : ", still open");
            neighbour.send("0000000D 00 0000000000000001 70696E67");
            boolean works = neighbour.frame().equals("kind 1, 4 bytes");
            return Outcome.equal(
                "ERROR -642, closed; the neighbour works",
                answer + (works ? "; the neighbour works" : "; the neighbour does not work"));
          }
        });
    table.row(
        name + " a raw request to no route",
        "ERROR -645, then an answer",
        () -> {
          try (RawPeer peer = new RawPeer(endpoint)) {
            peer.send("00000010 40 0000000000000002 04 6E6F6E65 6869");
            String first = peer.frame();
            peer.send("0000000D 00 0000000000000003 70696E67");
            boolean answered = peer.frame().equals("kind 1, 4 bytes");
            return Outcome.equal(
                "ERROR -645, then an answer", first + (answered ? ", then an answer" : ""));
          }
        });
  }

  private void load(String name, String uri, Progress progress) throws InterruptedException {
    table.row(
        name + " one-way load, counted by the receiver",
        Carrier.mayLose(name) ? "much arrives" : "nothing lost",
        () -> {
          LoadResult result = plan(LoadPlan.Mode.ONEWAY, uri).load().run(progress);
          return new Outcome(
              result.isClean() || (Carrier.mayLose(name) && result.messages() > 0),
              String.format(Locale.ROOT, "%,.0f a second, lost %d", result.rate(), result.lost()));
        });
    table.row(
        name + " requests, 32 in flight",
        "no errors",
        () -> {
          LoadResult result = plan(LoadPlan.Mode.REQUEST, uri).load().run(progress);
          return new Outcome(
              result.isClean(),
              String.format(
                  Locale.ROOT,
                  "%,.0f a second, p50 %,.0f us, p99 %,.0f us, errors %d",
                  result.rate(),
                  result.latencies().microseconds(50),
                  result.latencies().microseconds(99),
                  result.errors()));
        });
  }

  private static LoadPlan plan(LoadPlan.Mode mode, String uri) {
    return new LoadPlan(mode, uri, 64, 32, 1, LOAD_TIME.dividedBy(2), LOAD_TIME, 0, false);
  }

  private static String text(Client client, String route, String body) {
    return new String(client.request(route, body.getBytes(UTF_8), TIMEOUT), UTF_8);
  }

  private static String fault(ErrorCode code) {
    return code.number() + " " + code.label();
  }

  private static Outcome expectFault(ErrorCode expected, Result<byte[]> result) {
    return switch (result) {
      case Result.Ok<byte[]>(byte[] body) ->
          new Outcome(false, "an answer of " + body.length + " bytes");
      case Result.Err<byte[]>(var fault) ->
          Outcome.equal(fault(expected), fault.number() + " " + fault.label());
    };
  }
}
