package io.wirelace.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.codec.Codec;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.session.Message;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Routes, where handlers run, and what they answer. */
class DispatchTest {
  private static final byte[] NOTHING = {};
  private static final AtomicInteger NEXT = new AtomicInteger();

  private final Queue<Event> events = new ConcurrentLinkedQueue<>();

  /** A record as users have them. */
  record Point(int x, int y) {}

  private ServerBuilder server() {
    return Wirelace.server().listen("memory://dispatch-" + NEXT.incrementAndGet()).on(events::add);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static int code(Client client, String route, byte[] body) {
    return client
        .tryRequest(route, body, Duration.ofSeconds(10))
        .map(ok -> 0)
        .orElse(Fault::number);
  }

  /** One loop and one thread handle all of them, so each could meet the interrupt of the last. */
  @Test
  void anInterruptEndsWithItsHandler() {
    Queue<String> interrupted = new ConcurrentLinkedQueue<>();
    try (Server server =
            server()
                .receive("leave it", (session, message) -> Thread.currentThread().interrupt())
                .route(
                    "answer with it",
                    (session, message) -> {
                      Thread.currentThread().interrupt();
                      return message.body();
                    })
                .route(
                    "fail with it",
                    (session, message) -> {
                      Thread.currentThread().interrupt();
                      throw new InterruptedException();
                    })
                .inline(
                    "inline",
                    (session, message) -> {
                      if (Thread.currentThread().isInterrupted()) {
                        interrupted.add("inline");
                      }
                      Thread.currentThread().interrupt();
                      return message.body();
                    })
                .route(
                    "look",
                    (session, message) -> {
                      if (Thread.currentThread().isInterrupted()) {
                        interrupted.add(message.text());
                      }
                      return message.body();
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      for (int i = 0; i < 200; i++) {
        client.send("leave it", bytes(""));
        var looked = client.requestAsync("look", bytes("after notification"));
        var answered = client.requestAsync("answer with it", bytes("x"));
        var lookedAgain = client.requestAsync("look", bytes("after answer"));
        var failed = client.requestAsync("fail with it", bytes("x"));
        var lookedLast = client.requestAsync("look", bytes("after failure"));
        assertThat(client.request("inline", bytes("x"))).hasSize(1);
        assertThat(client.request("inline", bytes("x"))).hasSize(1);
        assertThat(List.of(looked, answered, lookedAgain, lookedLast))
            .allSatisfy(answer -> assertThat(answer).succeedsWithin(Duration.ofSeconds(20)));
        assertThat(failed).failsWithin(Duration.ofSeconds(20));
      }
    }
    assertThat(interrupted).isEmpty();
  }

  @Test
  void anAnswerThatFindsNoRoomSurvivesItsHandlersInterrupt() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    try (Server server =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .set("outbound-bytes", "64KiB")
                .on(events::add)
                .route(
                    "big",
                    (session, message) -> {
                      start.await();
                      Thread.currentThread().interrupt();
                      return new byte[60_000];
                    })
                .inline("here", (session, message) -> NOTHING)
                .start();
        Client client =
            Wirelace.client()
                .ioThreads(1)
                .spinWait(Duration.ofNanos(7_000)) // loops of its own, since one is blocked
                .inline(
                    "block",
                    (session, message) -> {
                      blocked.countDown();
                      go.await(); // so the client does not read
                      return NOTHING;
                    })
                .connect(server.uri())) {
      var answers =
          IntStream.range(0, 400).mapToObj(i -> client.requestAsync("big", NOTHING)).toList();
      client.request("here", NOTHING); // and so are those before it
      var unblocked = server.sessions().iterator().next().requestAsync("block", NOTHING);
      blocked.await();
      start.countDown();
      await().until(() -> events.stream().anyMatch(event -> event instanceof Event.Slow));
      go.countDown();
      assertThat(answers)
          .allSatisfy(answer -> assertThat(answer).succeedsWithin(Duration.ofSeconds(30)));
      assertThat(unblocked).succeedsWithin(Duration.ofSeconds(30));
    }
    assertThat(events).noneMatch(event -> event instanceof Event.Dropped);
  }

  @Test
  void oneSessionsMessagesAreHandledInOrderOneAtATime() {
    Queue<Integer> order = new ConcurrentLinkedQueue<>();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (Server server =
            server()
                .receive(
                    "n",
                    (session, message) -> {
                      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      order.add(Integer.valueOf(message.text()));
                      LockSupport.parkNanos(1);
                      inside.decrementAndGet();
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      for (int i = 0; i < 500; i++) {
        client.send("n", bytes(Integer.toString(i)));
      }
      await().until(() -> order.size() == 500);
    }
    assertThat(order).containsExactlyElementsOf(IntStream.range(0, 500).boxed().toList());
    assertThat(most).hasValue(1);
  }

  @Test
  void sessionsAreHandledInParallel() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    try (Server server =
            server()
                .route(
                    "meet",
                    (session, message) -> {
                      both.countDown();
                      both.await();
                      return message.body();
                    })
                .start();
        Client one = Wirelace.connect(server.uri());
        Client two = Wirelace.connect(server.uri())) {
      List<CompletableFuture<byte[]>> answers =
          List.of(one.requestAsync("meet", bytes("1")), two.requestAsync("meet", bytes("2")));
      for (CompletableFuture<byte[]> answer : answers) {
        assertThat(answer.get(10, TimeUnit.SECONDS)).hasSize(1);
      }
    }
  }

  @Test
  void concurrentMessagesOfOneSessionOvertakeEachOther() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    try (Server server =
            server()
                .route(
                    "c",
                    RunMode.CONCURRENT,
                    (session, message) -> {
                      if (message.text().equals("first")) {
                        second.await();
                      } else {
                        second.countDown();
                      }
                      return message.body();
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      CompletableFuture<byte[]> first = client.requestAsync("c", bytes("first"));
      assertThat(client.request("c", bytes("second"))).isEqualTo(bytes("second"));
      assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(bytes("first"));
    }
  }

  @Test
  void blockingHandlersRunOnVirtualThreadsAndInlineOnesOnTheLoop() {
    try (Server server =
            server()
                .route("virtual", (s, m) -> bytes("" + Thread.currentThread().isVirtual()))
                .inline("inline", (s, m) -> bytes(Thread.currentThread().getName()))
                .start();
        Client client = Wirelace.connect(server.uri())) {
      assertThat(client.request("virtual", bytes("x"))).isEqualTo(bytes("true"));
      assertThat(client.request("inline", bytes("x"))).asString(UTF_8).contains("lace-io");
    }
  }

  @Test
  void anInlineHandlerThatWouldWaitIsToldSo() {
    try (Server server =
            server().inline("i", (session, message) -> session.request("x", bytes("y"))).start();
        Client client = Wirelace.connect(server.uri())) {
      assertThat(code(client, "i", bytes("x"))).isEqualTo(-1);
    }
  }

  @Test
  void anAnswerMayComeLaterAndHoldsUpNobody() throws Exception {
    CompletableFuture<byte[]> later = new CompletableFuture<>();
    try (Server server =
            server()
                .routeAsync("later", (session, message) -> later)
                .routeAsync(
                    "broken",
                    (session, message) ->
                        CompletableFuture.failedFuture(new IllegalStateException("secret")))
                .route("echo", (session, message) -> message.body())
                .start();
        Client client = Wirelace.connect(server.uri())) {
      CompletableFuture<byte[]> answer = client.requestAsync("later", bytes("x"));
      assertThat(client.request("echo", bytes("meanwhile"))).isEqualTo(bytes("meanwhile"));
      assertThat(answer).isNotDone();
      later.complete(bytes("done"));
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(bytes("done"));
      assertThat(code(client, "broken", bytes("x"))).isEqualTo(-646);
    }
  }

  @Test
  void interceptorsNestInTheirOrderAndMayRefuseOrChange() {
    try (Server server =
            server()
                .intercept((session, message, next) ->
                    next.proceed(message).map(m -> Message.of("", "1(" + m.text() + ")")))
                .intercept((session, message, next) -> {
                  if (message.text().equals("no")) {
                    throw new WirelaceException(ErrorCode.PERMISSION_DENIED, "not you");
                  }
                  return next.proceed(Message.of(message.route(), message.text() + "+"))
                      .map(m -> Message.of("", "2(" + m.text() + ")"));
                })
                .route("echo", (session, message) -> message.body())
                .start();
        Client client = Wirelace.connect(server.uri())) {
      assertThat(client.request("echo", bytes("x"))).asString(UTF_8).isEqualTo("1(2(x+))");
      assertThat(code(client, "echo", bytes("no"))).isEqualTo(-625);
    }
  }

  @Test
  void typedRoutesDecodeAndRefuseWhatDoesNotDecode() {
    Codec<Point> json = Codec.json(Point.class);
    Codec<Point> cbor = Codec.cbor(Point.class);
    try (Server server =
            server()
                .route("json", json, json, (session, p) -> new Point(p.y(), p.x()))
                .route("cbor", cbor, json, (session, p) -> new Point(p.y(), p.x()))
                .route("text", Codec.text(), Codec.text(), (session, text) -> text + "!")
                .route("bytes", Codec.bytes(), Codec.bytes(), (session, body) -> body)
                .start();
        Client client = Wirelace.connect(server.uri())) {
      Point point = new Point(1, 2);
      assertThat(json.decode(client.request("json", json.encode(point))))
          .isEqualTo(new Point(2, 1));
      assertThat(json.decode(client.request("cbor", cbor.encode(point))))
          .isEqualTo(new Point(2, 1));
      assertThat(client.request("text", bytes("grüß"))).isEqualTo(bytes("grüß!"));
      assertThat(client.request("bytes", new byte[] {-1})).containsExactly(-1);
      assertThat(code(client, "json", bytes("{\"x\":"))).isEqualTo(-648);
      assertThat(code(client, "json", new byte[0])).isEqualTo(-648);
      assertThat(code(client, "cbor", new byte[] {-1, 0, 3})).isEqualTo(-648);
      assertThat(code(client, "text", new byte[] {(byte) 0xC3, 0x28})).isEqualTo(-648);
      assertThat(client.request("text", bytes("on"))).isEqualTo(bytes("on!"));
    }
  }

  @Test
  void aFailingHandlerHarmsNobodyElse() {
    AtomicInteger handled = new AtomicInteger();
    try (Server server =
            server()
                .receive(
                    "n",
                    (session, message) -> {
                      if (handled.incrementAndGet() % 2 == 0) {
                        throw new AssertionError("every second one");
                      }
                    })
                .route(
                    "own",
                    (session, message) -> {
                      throw new WirelaceException(ErrorCode.RATE_LIMITED, "slowly");
                    })
                .route("echo", (session, message) -> message.body())
                .start();
        Client client = Wirelace.connect(server.uri())) {
      for (int i = 0; i < 100; i++) {
        client.send("n", bytes("x"));
      }
      assertThat(client.request("echo", bytes("x"))).isEqualTo(bytes("x"));
      assertThat(handled).hasValue(100);
      assertThat(code(client, "own", bytes("x"))).isEqualTo(-626);
      await()
          .until(() -> events.stream().filter(e -> e instanceof Event.HandlerFailed).count() == 51);
    }
  }

  @Test
  void aSecondAnswerIsDroppedAndCounted() throws Exception {
    CompletableFuture<byte[]> late = new CompletableFuture<>();
    try (Server server = server().routeAsync("late", (session, message) -> late).start();
        Client client = Wirelace.connect(server.uri())) {
      Result<byte[]> result = client.tryRequest("late", bytes("x"), Duration.ofMillis(50));
      assertThat(result.isOk()).isFalse();
      await().until(() -> server.sessions().stream().allMatch(s -> s.inFlightRequests() == 0));
      late.complete(bytes("too late"));
      await()
          .until(() ->
              events.stream()
                  .anyMatch(e -> e instanceof Event.Dropped d && d.why() == Drop.SECOND_ANSWER));
    }
  }

  @Test
  void headersTravelBothWays() {
    try (Server server =
            server()
                .exchange(
                    "h",
                    (session, message) ->
                        Message.of("", "body").withHeader("got", message.header("k").orElse("")))
                .start();
        Client client = Wirelace.connect(server.uri())) {
      Message answer =
          client.request(Message.of("h", "x").withHeader("k", "wert ☃"), Duration.ofSeconds(10));
      assertThat(answer.header("got")).hasValue("wert ☃");
      assertThat(answer.text()).isEqualTo("body");
    }
  }

  @Test
  void compressedBodiesArriveAsTheyWere() {
    byte[] body = "wirelace ".repeat(10_000).getBytes(UTF_8);
    for (String algorithm : List.of("lz4", "zstd")) {
      try (Server server = server().route("echo", (session, message) -> message.body()).start();
          Client client = Wirelace.client().compression(algorithm).connect(server.uri())) {
        assertThat(client.request("echo", body)).isEqualTo(body);
        assertThat(client.session().counters().bytesOut()).isLessThan(body.length / 4);
        assertThat(client.session().counters().bytesIn()).isLessThan(body.length / 4);
      }
    }
  }
}
